// What a tokenizer is, as data: the parts of a pipeline and the added tokens, as tokenizer.json 1.0 describes them.
//
//   text → [added tokens cut out] → normalizers → pre-tokenizers (pieces) → model (tokens) → post-processors
//   ids → decoders → text
//
// Formats read and write this, trainers produce it, Tokenizer (tokenizers/tokenizer.h) compiles it into something that
// runs. A component that quern cannot run has no alternative here: reading one is Error{unsupported} naming it.
// A new component is a struct in definition/, a line in its variant, its JSON in formats/tokenizer_json_*.cpp and its
// code in its folder. A "Sequence" of tokenizer.json is the order of the vector, nesting is flattened.
#pragma once

#include <optional>
#include <vector>

#include "tokenizers/definition/added_token.h"
#include "tokenizers/definition/decoders.h"
#include "tokenizers/definition/models.h"
#include "tokenizers/definition/normalizers.h"
#include "tokenizers/definition/post_processors.h"
#include "tokenizers/definition/pre_tokenizers.h"

namespace quern {

struct TokenizerDefinition {
  std::vector<AddedToken> added_tokens;  // by id
  std::vector<Normalizer> normalizers;
  std::vector<PreTokenizer> pre_tokenizers;
  Model model;
  std::vector<PostProcessor> post_processors;  // at most one of them adds special tokens
  std::vector<Decoder> decoders;               // none: the tokens as they are spelled, spaces between them
  std::optional<Truncation> truncation;        // what the file asks for; used when the command asks too
  std::optional<Padding> padding;
  // Whether special tokens written in the text count as such when the user does not say: true for tokenizer.json,
  // false for .tiktoken (tiktoken's encode_ordinary).
  bool specials_in_text = true;
  friend bool operator==(const TokenizerDefinition&, const TokenizerDefinition&) = default;
};

}  // namespace quern
