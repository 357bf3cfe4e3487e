// The reference vocabularies of $QUERN_DATA that quern runs, under the names of the fixtures' folders.
#pragma once

#include <string>

#include "tests/support/reference_data.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/tokenizer.h"

namespace quern::reference_data {

inline Tokenizer load_tokenizer(const std::string& name) {
  if (name == "hf_gpt2")
    return Tokenizer::load(data_path("tokref/gigatoken_fixtures/tests/fixtures/gpt2_tokenizer.json"));
  if (name == "hf_gpt2_prefix") {
    TokenizerDefinition definition = load_tokenizer("hf_gpt2").definition();
    std::get<ByteLevelPreTokenizer>(definition.pre_tokenizers.at(0)).add_prefix_space = true;
    return Tokenizer(std::move(definition));
  }
  if (name == "hf_roberta")
    return Tokenizer::load(data_path("tokref/ort_extensions/tokenizer/roberta-base/tokenizer.json"));
  if (name == "tiktoken_gpt2") return Tokenizer::load(data_path("tokref/gpt2"));
  if (name == "tiktoken_r50k") return Tokenizer::load(data_path("tokref/openai_tiktoken/data/r50k_base.tiktoken"));
  return Tokenizer::load(data_path("tokref/openai_tiktoken/data/cl100k_base.tiktoken"));
}

}  // namespace quern::reference_data
