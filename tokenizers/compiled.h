// A tokenizer's definition made ready to run: what Tokenizer holds and Encoder reads. Immutable.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/added_tokens.h"
#include "tokenizers/decoders/decoding.h"
#include "tokenizers/pipelines/pipeline.h"
#include "tokenizers/post_processors/post_processing.h"
#include "tokenizers/token_ids.h"
#include "tokenizers/tokenizer.h"

namespace quern {

struct Tokenizer::Compiled {
  explicit Compiled(TokenizerDefinition definition_in);
  Compiled(const Compiled&) = delete;

  std::string_view bytes(TokenId id) const {
    return {all_bytes.data() + byte_begins[id], byte_begins[id + 1] - byte_begins[id]};
  }

  const TokenizerDefinition definition;
  std::vector<std::string_view> texts;   // by id, into the definition; empty: unused
  std::vector<const AddedToken*> added;  // by id, null for the model's own
  TokenIds ids;
  std::string all_bytes;                 // what each id decodes to, one after the other
  std::vector<std::size_t> byte_begins;  // and where each begins

  AddedTokenFinder raw_tokens;         // normalized = false: found first
  std::vector<AddedToken> normalized_added;  // those with normalized = true, normalized themselves
  AddedTokenFinder normalized_tokens;        // found in what is left
  PostProcessing post_processing;
  std::unique_ptr<const CompiledPipeline> pipeline;
  Decoding decoding;
  // Made when first asked for: what the pipelines for one kind of tokenizer do not tell (words).
  const CompiledPipeline& general_pipeline() const;

 private:
  void list_tokens();
  void spell_bytes();
  void check_ids() const;

  mutable std::once_flag general_made_;
  mutable std::unique_ptr<const CompiledPipeline> general_;
};

}  // namespace quern
