#include "tokenizers/trainers/sentencepiece_trainer.h"

#include "core/error.h"
#include "tokenizers/trainers/unigram_trainer.h"

namespace quern {

std::unique_ptr<Trainer> make_sentencepiece_trainer(SentencePieceModel::Algorithm algorithm,
                                                    const SentencePieceTrainingSettings& settings, int threads,
                                                    std::uint64_t memory_budget) {
  switch (algorithm) {
    case SentencePieceModel::Algorithm::unigram: return make_unigram_trainer(settings, threads, memory_budget);
    default: throw Error(ErrorCode::unsupported, "this model cannot be trained yet");
  }
}

}  // namespace quern
