#include "corpora/count_units.h"

#include <array>
#include <cstring>

#include "core/text/utf8.h"

namespace quern {
namespace {

enum Kind : unsigned char { kText, kSpace, kPerhapsSpace };  // the last: first byte of a longer white space

constexpr std::array<Kind, 256> make_kinds() {
  std::array<Kind, 256> kinds{};
  for (const unsigned char c : {' ', '\t', '\n', '\v', '\f', '\r'}) kinds[c] = kSpace;
  for (const unsigned char c : {0xC2, 0xE1, 0xE2, 0xE3}) kinds[c] = kPerhapsSpace;
  return kinds;
}
constexpr std::array<Kind, 256> kKinds = make_kinds();

// Length of the white space of several bytes that begins at p, or 0.
std::size_t long_space(const char* p, const char* end) {
  const auto byte = [&](std::ptrdiff_t i) { return i < end - p ? static_cast<unsigned char>(p[i]) : 0u; };
  switch (byte(0)) {
    case 0xC2:
      return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;  // next line, no-break space
    case 0xE1:
      return byte(1) == 0x9A && byte(2) == 0x80 ? 3 : 0;  // Ogham space mark
    case 0xE2:
      if (byte(1) == 0x81) return byte(2) == 0x9F ? 3 : 0;  // medium mathematical space
      if (byte(1) != 0x80) return 0;                        // en quad to hair space, line and paragraph separators, narrow
      return (byte(2) >= 0x80 && byte(2) <= 0x8A) || byte(2) == 0xA8 || byte(2) == 0xA9 || byte(2) == 0xAF ? 3 : 0;
    default:
      return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;  // E3: ideographic space
  }
}

std::size_t space(const char* p, const char* end) {
  switch (kKinds[static_cast<unsigned char>(*p)]) {
    case kText: return 0;
    case kSpace: return 1;
    default: return long_space(p, end);
  }
}

std::size_t character_length(const char* p, const char* end) {
  const auto first = static_cast<unsigned char>(*p);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return static_cast<std::size_t>(end - p) < length ? 1 : length;
}

}  // namespace

void count_words(const TextBlock& block, int worker, ExternalCounts& counts) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    const char* p = block[i].data();
    const char* const end = p + block[i].size();
    while (p < end) {
      if (const std::size_t n = space(p, end)) {
        p += n;
        continue;
      }
      const char* const begin = p++;
      while (p < end && space(p, end) == 0) ++p;
      counts.add(worker, {begin, static_cast<std::size_t>(p - begin)}, static_cast<std::size_t>(end - begin));
    }
  }
}

void count_characters(const TextBlock& block, int worker, ExternalCounts& counts) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    std::string_view text = block[i];
    while (!text.empty()) {
      const char* p = text.data();
      const char* const valid = p + utf8::valid_prefix(text);
      const char* const end = text.data() + text.size();
      while (p < valid) {
        const std::size_t n = character_length(p, valid);
        counts.add(worker, {p, n}, static_cast<std::size_t>(end - p));
        p += n;
      }
      if (p < end) counts.add(worker, {p++, 1});
      text = {p, static_cast<std::size_t>(end - p)};
    }
  }
}

}  // namespace quern
