// How tokens become text again: each decoder rewrites the list of token texts, and what is left is joined.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "tokenizers/definition/pre_tokenizers.h"

namespace quern {

struct ByteLevelDecoder {
  friend bool operator==(const ByteLevelDecoder&, const ByteLevelDecoder&) = default;
};
struct WordPieceDecoder {
  std::string prefix = "##";
  bool cleanup = true;  // English spacing: " ." becomes "." and so on
  friend bool operator==(const WordPieceDecoder&, const WordPieceDecoder&) = default;
};
struct MetaspaceDecoder {
  char32_t replacement = U'\u2581';
  PrependScheme prepend_scheme = PrependScheme::always;
  bool split = true;  // kept for writing it back
  friend bool operator==(const MetaspaceDecoder&, const MetaspaceDecoder&) = default;
};
struct BpeDecoder {
  std::string suffix = "</w>";
  friend bool operator==(const BpeDecoder&, const BpeDecoder&) = default;
};
struct CtcDecoder {
  std::string pad_token = "<pad>", word_delimiter_token = "|";
  bool cleanup = true;
  friend bool operator==(const CtcDecoder&, const CtcDecoder&) = default;
};
struct ReplaceDecoder {
  SplitPattern pattern;
  std::string content;
  friend bool operator==(const ReplaceDecoder&, const ReplaceDecoder&) = default;
};
struct FuseDecoder {
  friend bool operator==(const FuseDecoder&, const FuseDecoder&) = default;
};
struct StripDecoder {
  char32_t content = U' ';
  std::size_t start = 0, stop = 0;  // at most so many of them at either end of a token
  friend bool operator==(const StripDecoder&, const StripDecoder&) = default;
};
struct ByteFallbackDecoder {
  friend bool operator==(const ByteFallbackDecoder&, const ByteFallbackDecoder&) = default;
};
struct SentencePieceDecoder {  // by the kinds of the model's pieces and the spaces of its normalizer
  friend bool operator==(const SentencePieceDecoder&, const SentencePieceDecoder&) = default;
};

using Decoder = std::variant<ByteLevelDecoder, WordPieceDecoder, MetaspaceDecoder, BpeDecoder, CtcDecoder,
                             ReplaceDecoder, FuseDecoder, StripDecoder, ByteFallbackDecoder, SentencePieceDecoder>;

}  // namespace quern
