// A tokenizer said in the terms of another form.
//
//   const Conversion c = convert_for(definition, "llama.json");     // a SentencePiece model as tokenizer.json's parts
//   if (c.losses.empty()) formats::write(c.definition, "llama.json");
//
// A conversion without losses gives the same ids for every text (special tokens in the text aside, which forms treat
// differently: TokenizerDefinition::specials_in_text) and decodes them to the same text. Losses say in a sentence each
// what would differ. What has no counterpart at all is Error{unsupported}.
#pragma once

#include <string>
#include <vector>

#include "tokenizers/definition.h"

namespace quern::formats {

struct Conversion {
  TokenizerDefinition definition;
  std::vector<std::string> losses;
};

// For the form that `path` names (registry.h): what it cannot say is left out, each a loss.
Conversion convert_for(const TokenizerDefinition& definition, const std::string& path);

// SentencePiece's parts as tokenizer.json's, as transformers converts them: BPE gets the merges that the scores mean,
// Llama's normalizer and decoder, byte fallback; Unigram a Precompiled normalizer and Metaspace.
Conversion from_sentencepiece(const TokenizerDefinition& definition);
// And back, where the parts have that shape.
Conversion to_sentencepiece(const TokenizerDefinition& definition);

}  // namespace quern::formats
