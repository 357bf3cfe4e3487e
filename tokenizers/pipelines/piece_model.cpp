#include "tokenizers/pipelines/piece_model.h"

#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "tokenizers/bpe/character_encoder.h"
#include "tokenizers/bpe/sentencepiece_encoder.h"
#include "tokenizers/pipelines/sampled_pieces.h"
#include "tokenizers/unigram/encoder.h"
#include "tokenizers/unigram/whole_piece_encoder.h"
#include "tokenizers/wordpiece/word_encoder.h"

namespace quern {
namespace {

std::optional<TokenId> shown_unknown_of(const UnigramModel& model) { return model.unk_id; }
std::optional<TokenId> shown_unknown_of(const SentencePieceModel& model) {
  const auto is_unknown = [](const SentencePiece& piece) { return piece.kind == SentencePiece::Kind::unknown; };
  const auto unknown = std::find_if(model.pieces.begin(), model.pieces.end(), is_unknown);
  if (unknown == model.pieces.end()) return std::nullopt;
  return static_cast<TokenId>(unknown - model.pieces.begin());
}
template <class Definition>
std::optional<TokenId> shown_unknown_of(const Definition&) {
  return std::nullopt;
}

// A model that needs nothing of its thread.
template <class Encoder>
class PlainModel final : public CompiledModel {
 public:
  template <class Definition>
  explicit PlainModel(const Definition& model) : encoder_(model), shown_unknown_(shown_unknown_of(model)) {}
  std::optional<TokenId> shown_unknown() const override { return shown_unknown_; }
  std::unique_ptr<PieceModel> start(const EncodeOptions& options) const override {
    if (options.sampling && options.sampling->draws()) {
      throw Error(ErrorCode::usage, "this model has one segmentation of a text: there is nothing to draw");
    }
    return std::make_unique<Started>(encoder_);
  }

 private:
  class Started final : public PieceModel {
   public:
    explicit Started(const Encoder& encoder) : encoder_(encoder) {}
    void encode(std::string_view piece, std::vector<ModelToken>& tokens) override { encoder_.encode(piece, tokens); }

   private:
    const Encoder& encoder_;
  };
  const Encoder encoder_;
  const std::optional<TokenId> shown_unknown_;
};

// A model with scratch memory.
template <class Encoder>
class ScratchModel final : public CompiledModel {
 public:
  template <class Definition>
  explicit ScratchModel(const Definition& model) : encoder_(model), shown_unknown_(shown_unknown_of(model)) {}
  std::optional<TokenId> shown_unknown() const override { return shown_unknown_; }
  std::unique_ptr<PieceModel> start(const EncodeOptions& options) const override {
    if (options.sampling && options.sampling->draws()) return start_sampling(encoder_, options);
    return std::make_unique<Started>(encoder_, options);
  }

 private:
  class Started final : public PieceModel {
   public:
    Started(const Encoder& encoder, const EncodeOptions& options) : encoder_(encoder), scratch_(options.scratch_bytes) {}
    void encode(std::string_view piece, std::vector<ModelToken>& tokens) override {
      encoder_.encode(piece, scratch_, tokens);
    }
    std::vector<ScoredTokens> nbest(std::string_view piece, std::size_t k) override {
      if constexpr (std::is_same_v<Encoder, unigram::Encoder>) {
        check_lattice_size(piece, scratch_.memory);
        std::vector<ScoredTokens> list;
        for (unigram::Segmentation& one : encoder_.nbest(piece, k)) list.push_back({std::move(one.tokens), one.score});
        return list;
      } else {
        return PieceModel::nbest(piece, k);
      }
    }

   private:
    const Encoder& encoder_;
    typename Encoder::Scratch scratch_;
  };
  const Encoder encoder_;
  const std::optional<TokenId> shown_unknown_;
};

class WordLevelEncoder {
 public:
  explicit WordLevelEncoder(const WordLevelModel& model) {
    for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
      if (!model.vocabulary[id].empty()) ids_.emplace(model.vocabulary[id], id);
    }
    const auto unk = ids_.find(model.unk_token);
    has_unk_ = unk != ids_.end();
    if (has_unk_) unk_ = unk->second;
  }
  void encode(std::string_view word, std::vector<ModelToken>& tokens) const {
    const auto found = ids_.find(std::string(word));
    if (found == ids_.end() && !has_unk_) {
      throw Error(ErrorCode::input, "the word \"" + std::string(word) + "\" is not in the vocabulary, nor is an unknown token");
    }
    tokens.push_back({found == ids_.end() ? unk_ : found->second, 0, static_cast<std::uint32_t>(word.size())});
  }

 private:
  std::unordered_map<std::string, TokenId> ids_;
  TokenId unk_ = 0;
  bool has_unk_ = false;
};

template <class Compiled, class Definition>
std::unique_ptr<const CompiledModel> make(const Definition& model) {
  return std::make_unique<Compiled>(model);
}

std::unique_ptr<const CompiledModel> compile(const BpeModel& model) {
  return make<ScratchModel<bpe::CharacterEncoder>>(model);
}
std::unique_ptr<const CompiledModel> compile(const WordPieceModel& model) {
  return make<PlainModel<wordpiece::WordEncoder>>(model);
}
std::unique_ptr<const CompiledModel> compile(const WordLevelModel& model) {
  return make<PlainModel<WordLevelEncoder>>(model);
}
std::unique_ptr<const CompiledModel> compile(const UnigramModel& model) {
  return make<ScratchModel<unigram::Encoder>>(model);
}
std::unique_ptr<const CompiledModel> compile(const SentencePieceModel& model) {
  using Algorithm = SentencePieceModel::Algorithm;
  switch (model.algorithm) {
    case Algorithm::unigram: return make<ScratchModel<unigram::Encoder>>(model);
    case Algorithm::bpe: return make<ScratchModel<bpe::SentencePieceEncoder>>(model);
    default: return make<PlainModel<unigram::WholePieceEncoder>>(model);
  }
}

}  // namespace

std::vector<ScoredTokens> PieceModel::nbest(std::string_view, std::size_t) {
  throw Error(ErrorCode::usage, "n-best lists are for Unigram models: this one scores no segmentation but the one it gives");
}

std::unique_ptr<const CompiledModel> compile_model(const Model& model) {
  return std::visit([](const auto& one) { return compile(one); }, model);
}

}  // namespace quern
