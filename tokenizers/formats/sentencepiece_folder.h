// A Hugging Face folder around a SentencePiece model.
#pragma once

#include <string>

#include "tokenizers/formats/registry.h"

namespace quern::formats {

// The name of the model in a folder: tokenizer.model, spiece.model or sentencepiece.bpe.model; empty when there is none.
std::string sentencepiece_in_folder(const Candidate& candidate);
TokenizerDefinition read_sentencepiece_folder(const Candidate& candidate);

}  // namespace quern::formats
