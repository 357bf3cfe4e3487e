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

struct ScoredTokens {
  std::vector<ModelToken> tokens;
  double score = 0;  // the sum of the scores of the pieces
};

// One thread's.
class PieceModel {
 public:
  virtual ~PieceModel() = default;
  // Appends the tokens of a piece: valid UTF-8, not empty.
  virtual void encode(std::string_view piece, std::vector<ModelToken>& tokens) = 0;
  // Sampling: the pieces that follow are those of the text with this number.
  virtual void begin_text(std::uint64_t number) { (void)number; }
  // The best segmentations, best first; k ≥ 1. Error{usage} from a model that knows only the best one.
  virtual std::vector<ScoredTokens> nbest(std::string_view piece, std::size_t k);
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
