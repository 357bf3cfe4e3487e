// The character classes that split patterns speak of, pinned to one version of Unicode.
//
//   if (unicode::char_class(c) & unicode::kLetter) …               // two loads, no branch
//   for (unicode::Range r : unicode::class_ranges("Lu")) …          // to spell a class out in a regular expression
//
// The table is generated (generate_unicode_classes.py) from the sets that the reference tokenizers use, so a code point
// assigned later is never a letter here before it is one there. Pure functions over constant data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace quern::unicode {

extern const char* const kClassVersion;  // "16.0"

// Bits of a class byte.
inline constexpr unsigned char kLetter = 1;    // L
inline constexpr unsigned char kNumber = 2;    // N: Nd, Nl and No
inline constexpr unsigned char kSpace = 4;     // White_Space
inline constexpr unsigned char kNewline = 8;   // CR and LF
inline constexpr unsigned char kMark = 16;     // M
inline constexpr unsigned char kUpper = 32;    // Lu Lt Lm Lo M: what o200k lets a word begin with
inline constexpr unsigned char kLower = 64;    // Ll Lm Lo M: … and end with

namespace detail {
inline constexpr int kBlockBits = 7;
extern const unsigned char kBlockOf[];
extern const unsigned char kBlocks[];
extern const std::uint32_t kRuns[];
extern const std::size_t kRunCount;
}  // namespace detail

// c must be at most U+10FFFF.
inline unsigned char char_class(char32_t c) {
  const std::size_t block = detail::kBlockOf[c >> detail::kBlockBits];
  return detail::kBlocks[block << detail::kBlockBits | (c & ((1u << detail::kBlockBits) - 1))];
}

struct Range {
  char32_t first, last;
  friend bool operator==(const Range&, const Range&) = default;
};

// In order and not touching. Names: L Lu Ll Lt Lm Lo M N P S Z Cc Cf Cn, Han Hiragana Katakana, space. Nothing when the
// table does not know the class.
std::optional<std::vector<Range>> class_ranges(std::string_view name);
std::vector<Range> complement(const std::vector<Range>& ranges);

}  // namespace quern::unicode
