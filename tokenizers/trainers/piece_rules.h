// Which strings may be pieces when SentencePiece's models are trained: its limits on length, white space, scripts and digits
// (0.2.3, IsValidSentencePiece).
#pragma once

#include <cstddef>
#include <string_view>

namespace quern {

struct PieceRules {
  std::size_t max_length = 16;              // in characters
  bool split_by_unicode_script = true;      // one script in a piece; Hiragana, Katakana and U+30FC count as Han
  bool split_by_number = true;              // digits are a script of their own (Common)
  bool split_by_whitespace = true;          // U+2581 only at the front, or the end
  bool split_digits = false;                // a digit stands alone
  bool whitespace_as_suffix = false;

  bool allow(std::string_view piece) const;  // valid UTF-8
};

// Stands in training texts for characters that are to be unknown. No piece holds it.
inline constexpr char32_t kUnknownMark = U'\u2585';
inline constexpr std::string_view kUnknownMarkText = "\u2585";

}  // namespace quern
