// The character classes of Hugging Face's pre-tokenizers (tokenizers 0.23.3), which are of three ages of Unicode: words
// of 16, numbers of 17, punctuation of 8. The table is generated (generate_hugging_face_classes.py) from what that library
// was seen to do. Pure functions over constant data.
//
//   if (hugging_face::char_class(c) & hugging_face::kPunctuation) …
#pragma once

#include <cstddef>
#include <cstdint>

namespace quern::hugging_face {

// Bits of a class byte.
inline constexpr unsigned char kWord = 1;         // \w
inline constexpr unsigned char kPunctuation = 2;  // ASCII punctuation and category P
inline constexpr unsigned char kNumeric = 4;      // Nd, Nl and No
inline constexpr unsigned char kSpace = 8;        // White_Space

namespace detail {
inline constexpr int kBlockBits = 7;
extern const unsigned char kBlockOf[];
extern const unsigned char kBlocks[];
extern const std::uint32_t kScriptRuns[];
extern const std::size_t kScriptRunCount;
}  // namespace detail

// c must be at most U+10FFFF.
inline unsigned char char_class(char32_t c) {
  const std::size_t block = detail::kBlockOf[c >> detail::kBlockBits];
  return detail::kBlocks[block << detail::kBlockBits | (c & ((1u << detail::kBlockBits) - 1))];
}

// A number for each script, kana and ideographs being one; 0 for characters that go with any.
int script(char32_t c);

}  // namespace quern::hugging_face
