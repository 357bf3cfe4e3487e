// A model of any kind behind one interface, for pipelines that do not know which it is.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizers/definition/models.h"
#include "tokenizers/model_token.h"
#include "tokenizers/tokenizer.h"

namespace quern {

// One thread's.
class PieceModel {
 public:
  virtual ~PieceModel() = default;
  // Appends the tokens of a piece: valid UTF-8, not empty.
  virtual void encode(std::string_view piece, std::vector<ModelToken>& tokens) = 0;
};

// Immutable, shared by threads; outlives what it starts.
class CompiledModel {
 public:
  virtual ~CompiledModel() = default;
  virtual std::unique_ptr<PieceModel> start(const EncodeOptions& options) const = 0;
  // The unknown token, when what it stands for is shown in its place (Unigram, SentencePiece).
  virtual std::optional<TokenId> shown_unknown() const { return std::nullopt; }
};

// Error{format} when the model's parts do not fit together.
std::unique_ptr<const CompiledModel> compile_model(const Model& model);

}  // namespace quern
