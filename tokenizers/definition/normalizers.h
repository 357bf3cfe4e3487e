// What is done to a text before it is cut: the normalizers of tokenizer.json 1.0, and SentencePiece's own.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "tokenizers/pre_tokenizers/split_pattern.h"

namespace quern {

// In this order: control characters go and white space becomes spaces; ideographs get spaces around them; accents go;
// capitals go.
struct BertNormalizer {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  std::optional<bool> strip_accents;  // absent: as lowercase says
  bool lowercase = true;
  friend bool operator==(const BertNormalizer&, const BertNormalizer&) = default;
};
struct UnicodeNormalizer {
  enum class Form { nfc, nfd, nfkc, nfkd } form = Form::nfc;  // Unicode 9, as Hugging Face
  friend bool operator==(const UnicodeNormalizer&, const UnicodeNormalizer&) = default;
};
struct LowercaseNormalizer {
  friend bool operator==(const LowercaseNormalizer&, const LowercaseNormalizer&) = default;
};
struct StripNormalizer {  // of white space at the ends
  bool left = true, right = true;
  friend bool operator==(const StripNormalizer&, const StripNormalizer&) = default;
};
struct StripAccentsNormalizer {  // drops combining marks; decomposes nothing
  friend bool operator==(const StripAccentsNormalizer&, const StripAccentsNormalizer&) = default;
};
struct NmtNormalizer {
  friend bool operator==(const NmtNormalizer&, const NmtNormalizer&) = default;
};
struct ReplaceNormalizer {
  SplitPattern pattern;
  std::string content;
  friend bool operator==(const ReplaceNormalizer&, const ReplaceNormalizer&) = default;
};
struct PrependNormalizer {  // to a text that is not empty
  std::string content;
  friend bool operator==(const PrependNormalizer&, const PrependNormalizer&) = default;
};
struct PrecompiledNormalizer {  // SentencePiece's rules as Hugging Face applies them: by grapheme cluster
  std::string charsmap;         // as in a .model: size of the trie, double array, outputs
  friend bool operator==(const PrecompiledNormalizer&, const PrecompiledNormalizer&) = default;
};
struct ByteLevelNormalizer {  // spells every byte as a character
  friend bool operator==(const ByteLevelNormalizer&, const ByteLevelNormalizer&) = default;
};

// All that SentencePiece does before its model: rules leftmost-longest, then white space. The user-defined pieces of the
// model pass through unchanged. Stands alone.
struct SentencePieceNormalizer {
  std::string name = "nmt_nfkc";  // of the rules, for people
  std::string charsmap;           // empty: identity
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;     // space becomes U+2581
  bool whitespace_as_suffix = false;  // the dummy goes behind the text
  friend bool operator==(const SentencePieceNormalizer&, const SentencePieceNormalizer&) = default;
};

using Normalizer =
    std::variant<BertNormalizer, UnicodeNormalizer, LowercaseNormalizer, StripNormalizer, StripAccentsNormalizer,
                 NmtNormalizer, ReplaceNormalizer, PrependNormalizer, PrecompiledNormalizer, ByteLevelNormalizer,
                 SentencePieceNormalizer>;

}  // namespace quern
