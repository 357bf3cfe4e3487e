// Where a normalized text is cut into the pieces that the model gets: the pre-tokenizers of tokenizer.json 1.0.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "tokenizers/pre_tokenizers/split_pattern.h"

namespace quern {

// What becomes of a match, and of what lies between matches.
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

// Cuts pieces at the matches of a pattern.
struct SplitPreTokenizer {
  SplitPattern pattern;
  SplitBehavior behavior = SplitBehavior::isolated;
  bool invert = false;  // what lies between the matches counts as matched
  friend bool operator==(const SplitPreTokenizer&, const SplitPreTokenizer&) = default;
};

// Spells bytes out as characters. Where it comes last, the model works on the bytes themselves.
struct ByteLevelPreTokenizer {
  bool add_prefix_space = true;  // a piece that does not begin with a space gets one
  bool use_regex = true;         // GPT-2's split before the bytes are spelled out
  friend bool operator==(const ByteLevelPreTokenizer&, const ByteLevelPreTokenizer&) = default;
};

struct BertPreTokenizer {  // white space goes, punctuation stands alone (Unicode 8)
  friend bool operator==(const BertPreTokenizer&, const BertPreTokenizer&) = default;
};
struct WhitespacePreTokenizer {  // \w+|[^\w\s]+
  friend bool operator==(const WhitespacePreTokenizer&, const WhitespacePreTokenizer&) = default;
};
struct WhitespaceSplitPreTokenizer {
  friend bool operator==(const WhitespaceSplitPreTokenizer&, const WhitespaceSplitPreTokenizer&) = default;
};
struct CharDelimiterSplitPreTokenizer {
  char32_t delimiter = U' ';
  friend bool operator==(const CharDelimiterSplitPreTokenizer&, const CharDelimiterSplitPreTokenizer&) = default;
};
struct PunctuationPreTokenizer {
  SplitBehavior behavior = SplitBehavior::isolated;
  friend bool operator==(const PunctuationPreTokenizer&, const PunctuationPreTokenizer&) = default;
};
struct DigitsPreTokenizer {
  bool individual_digits = false;
  friend bool operator==(const DigitsPreTokenizer&, const DigitsPreTokenizer&) = default;
};
struct UnicodeScriptsPreTokenizer {
  friend bool operator==(const UnicodeScriptsPreTokenizer&, const UnicodeScriptsPreTokenizer&) = default;
};
struct FixedLengthPreTokenizer {
  std::size_t length = 5;  // in characters
  friend bool operator==(const FixedLengthPreTokenizer&, const FixedLengthPreTokenizer&) = default;
};

// Where a mark for white space is put before a text that does not begin with one.
enum class PrependScheme { always, first, never };  // first: only where the piece begins the whole text

// Spaces become `replacement`, and with `split` words begin there.
struct MetaspacePreTokenizer {
  char32_t replacement = U'\u2581';
  PrependScheme prepend_scheme = PrependScheme::always;
  bool split = true;
  friend bool operator==(const MetaspacePreTokenizer&, const MetaspacePreTokenizer&) = default;
};

using PreTokenizer =
    std::variant<ByteLevelPreTokenizer, SplitPreTokenizer, BertPreTokenizer, WhitespacePreTokenizer,
                 WhitespaceSplitPreTokenizer, CharDelimiterSplitPreTokenizer, PunctuationPreTokenizer,
                 DigitsPreTokenizer, UnicodeScriptsPreTokenizer, FixedLengthPreTokenizer, MetaspacePreTokenizer>;

}  // namespace quern
