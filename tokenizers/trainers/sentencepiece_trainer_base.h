// What SentencePiece's trainers share: texts go into a corpus, learned pieces and reserved ones become a definition.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tokenizers/trainers/sentencepiece_corpus.h"
#include "tokenizers/trainers/sentencepiece_trainer.h"
#include "tokenizers/trainers/unigram_learner.h"

namespace quern {

class SentencePieceTrainer : public Trainer {
 public:
  const PieceCutter& cutter() const final { return cutter_; }
  TokenizerDefinition learn(PieceCounts& texts, const std::function<void(std::uint64_t, std::uint64_t)>& progress) final;
  const TrainingReport& report() const final { return report_; }

 protected:
  using Progress = std::function<void(std::uint64_t, std::uint64_t)>;
  using Pieces = std::vector<ScoredText<float>>;

  SentencePieceTrainer(SentencePieceModel::Algorithm algorithm, const SentencePieceTrainingSettings& settings, std::uint64_t memory_budget);

  // What to put where no reserved piece is, in order; not more than room().
  virtual Pieces learn_pieces(const Progress& progress) = 0;

  const SentencePieceTrainingSettings& settings() const { return settings_; }
  const SentencePieceCorpus& corpus() const { return corpus_; }
  std::size_t reserved_count() const { return reserved_count_; }
  std::size_t room() const { return settings_.vocab_size - reserved_count_; }
  // Error{usage} when the required characters do not fit.
  void check_room() const;

  TrainingReport report_;

 private:
  std::string left_out_text() const;  // for a remedy; empty when nothing was
  TokenizerDefinition assemble(Pieces pieces) const;

  SentencePieceModel::Algorithm algorithm_;
  SentencePieceTrainingSettings settings_;
  PieceCutter cutter_;
  PlacedPieces reserved_;
  std::size_t reserved_count_;
  SentencePieceCorpus corpus_;
};

std::string text_of(char32_t character);

}  // namespace quern
