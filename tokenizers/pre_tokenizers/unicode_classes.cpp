#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern::unicode {
namespace {

// A run code of the generated table: category in the low four bits, then two bits of script, then white space.
struct Selector {
  std::string_view name;
  std::uint32_t categories;  // a bit for each category that belongs; 0: told by mask and value instead
  unsigned char mask, value;
};
constexpr std::uint32_t bit(int category) { return 1u << category; }
constexpr Selector kSelectors[] = {
    {"Lu", bit(0), 0, 0},      {"Ll", bit(1), 0, 0},        {"Lt", bit(2), 0, 0},        {"Lm", bit(3), 0, 0},
    {"Lo", bit(4), 0, 0},      {"M", bit(5), 0, 0},         {"N", bit(6), 0, 0},         {"P", bit(7), 0, 0},
    {"S", bit(8), 0, 0},       {"Z", bit(9), 0, 0},         {"Cc", bit(10), 0, 0},       {"Cf", bit(11), 0, 0},
    {"Cn", bit(12), 0, 0},     {"L", 0x1F, 0, 0},           {"Han", 0, 0x30, 0x10},      {"Hiragana", 0, 0x30, 0x20},
    {"Katakana", 0, 0x30, 0x30}, {"space", 0, 0x40, 0x40},
};

bool selects(const Selector& selector, unsigned char code) {
  if (selector.categories != 0) return selector.categories >> (code & 0x0F) & 1;
  return (code & selector.mask) == selector.value;
}

constexpr char32_t kLast = 0x10FFFF;

}  // namespace

std::optional<std::vector<Range>> class_ranges(std::string_view name) {
  for (const Selector& selector : kSelectors) {
    if (selector.name != name) continue;
    std::vector<Range> ranges;
    for (std::size_t i = 0; i < detail::kRunCount; ++i) {
      if (!selects(selector, static_cast<unsigned char>(detail::kRuns[i] & 0xFF))) continue;
      const char32_t first = detail::kRuns[i] >> 8;
      const char32_t last = i + 1 < detail::kRunCount ? (detail::kRuns[i + 1] >> 8) - 1 : kLast;
      if (!ranges.empty() && ranges.back().last + 1 == first) {
        ranges.back().last = last;
      } else {
        ranges.push_back({first, last});
      }
    }
    return ranges;
  }
  return std::nullopt;
}

std::vector<Range> complement(const std::vector<Range>& ranges) {
  std::vector<Range> rest;
  char32_t next = 0;
  for (const Range& range : ranges) {
    if (range.first > next) rest.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLast) rest.push_back({next, kLast});
  return rest;
}

}  // namespace quern::unicode
