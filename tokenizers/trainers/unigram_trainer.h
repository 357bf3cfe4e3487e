// Trains SentencePiece's Unigram models: what make_sentencepiece_trainer (sentencepiece_trainer.h) makes for them. The parts:
// sentencepiece_corpus.h (what is counted), unigram_seeds.h (candidates), unigram_learner.h (EM and pruning).
#pragma once

#include "tokenizers/trainers/sentencepiece_trainer.h"

namespace quern {

std::unique_ptr<Trainer> make_unigram_trainer(const SentencePieceTrainingSettings& settings, int threads,
                                              std::uint64_t memory_budget);

}  // namespace quern
