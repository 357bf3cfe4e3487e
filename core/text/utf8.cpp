#include "core/text/utf8.h"

#include <simdjson.h>

#include <algorithm>

namespace quern::utf8 {
namespace {

using Byte = unsigned char;

// What may follow a lead byte: its number of continuation bytes, and the narrower range of the first of them that keeps
// overlong forms, surrogates and values above U+10FFFF out (Unicode 15, table 3-7). length 0: not a lead byte.
struct Lead {
  int length;
  Byte low, high;
};

Lead lead(Byte b) {
  if (b >= 0xC2 && b <= 0xDF) return {1, 0x80, 0xBF};
  if (b == 0xE0) return {2, 0xA0, 0xBF};
  if (b == 0xED) return {2, 0x80, 0x9F};
  if (b >= 0xE1 && b <= 0xEF) return {2, 0x80, 0xBF};
  if (b == 0xF0) return {3, 0x90, 0xBF};
  if (b >= 0xF1 && b <= 0xF3) return {3, 0x80, 0xBF};
  if (b == 0xF4) return {3, 0x80, 0x8F};
  return {0, 0, 0};
}

// Reads one sequence at p: its length when well-formed, minus the length of its maximal subpart when not.
int sequence(const char* p, const char* end) {
  const Byte first = static_cast<Byte>(*p);
  if (first < 0x80) return 1;
  const Lead expected = lead(first);
  for (int i = 1; i <= expected.length; ++i) {
    if (p + i == end) return -i;
    const Byte b = static_cast<Byte>(p[i]);
    if (b < (i == 1 ? expected.low : 0x80) || b > (i == 1 ? expected.high : 0xBF)) return -i;
  }
  return expected.length == 0 ? -1 : expected.length + 1;
}

// Goes byte by byte from p to the first sequence that is ill-formed or begins at or behind `until`.
const char* scan(const char* p, const char* until, const char* end, bool& broken) {
  while (p < until) {
    const int length = sequence(p, end);
    if (length < 0) return broken = true, p;
    p += length;
  }
  return p;
}

// The last place at or before `cut` where a sequence may begin; begin < cut.
const char* sequence_boundary(const char* begin, const char* cut) {
  for (int i = 0; i < 3 && cut > begin && (static_cast<Byte>(*cut) & 0xC0) == 0x80; ++i) --cut;
  return cut;
}

// simdjson's kernel for a level, or the next best that this processor has (its AVX-512 one asks for more than x86-64-v4).
const simdjson::implementation& kernel(Isa level) {
  constexpr const char* kKernels[] = {"icelake", "haswell", "westmere"};
  for (int i = level == Isa::avx512 ? 0 : level == Isa::avx2 ? 1 : 2; i < 3; ++i) {
    const simdjson::implementation* found = simdjson::get_available_implementations()[kKernels[i]];
    if (found != nullptr && found->supported_by_runtime_system()) return *found;
  }
  return *simdjson::get_available_implementations().detect_best_supported();  // not an x86
}

}  // namespace

bool is_valid(std::string_view text, Isa level) { return kernel(level).validate_utf8(text.data(), text.size()); }

bool is_valid(std::string_view text) {
  static const simdjson::implementation& best = kernel(isa());
  return best.validate_utf8(text.data(), text.size());
}

// The vector validator only says yes or no about a whole range, so ranges grow geometrically until one holds the fault
// and shrink by halves around it: what is read twice stays within a constant factor of the prefix, and replacing many
// faults in one text stays linear.
std::size_t valid_prefix(std::string_view text) {
  constexpr std::size_t kSmallest = 64, kLargest = 64 * 1024;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  bool broken = false, enclosed = false;
  const char* p = scan(begin, begin + std::min(kSmallest, text.size()), end, broken);
  for (std::size_t range = kSmallest; !broken && p < end;) {
    const auto rest = static_cast<std::size_t>(end - p);
    const char* until = range < rest ? sequence_boundary(p, p + range) : end;
    if (is_valid({p, static_cast<std::size_t>(until - p)})) {
      p = until;
      range = enclosed ? std::max(range / 2, kSmallest) : std::min(2 * range, kLargest);
    } else if (range > kSmallest) {
      enclosed = true;
      range = std::min(range, rest) / 2;
    } else {
      p = scan(p, until, end, broken);
    }
  }
  return static_cast<std::size_t>(p - begin);
}

std::size_t maximal_subpart(std::string_view text, std::size_t at) {
  const int length = sequence(text.data() + at, text.data() + text.size());
  return static_cast<std::size_t>(length < 0 ? -length : length);
}

std::string replace_invalid(std::string_view text, std::uint64_t* replaced) {
  std::string out;
  out.reserve(text.size());
  for (std::uint64_t count = 0;; ++count) {
    const std::size_t valid = valid_prefix(text);
    out.append(text, 0, valid);
    if (valid == text.size()) {
      if (replaced != nullptr) *replaced += count;
      return out;
    }
    append(out, kReplacement);
    text.remove_prefix(valid + maximal_subpart(text, valid));
  }
}

std::size_t count_code_points(std::string_view text) {
  // Byte-sized sums over at most 255 bytes let the compiler count a whole vector per instruction.
  constexpr std::size_t kRun = 255;
  std::size_t total = 0;
  for (std::size_t i = 0; i < text.size(); i += kRun) {
    const std::size_t end = std::min(i + kRun, text.size());
    Byte run = 0;
    for (std::size_t j = i; j < end; ++j) run = static_cast<Byte>(run + (static_cast<signed char>(text[j]) > -65));
    total += run;
  }
  return total;
}

void append(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
  const auto put = [&](unsigned value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

}  // namespace quern::utf8
