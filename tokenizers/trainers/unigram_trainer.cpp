#include "tokenizers/trainers/unigram_trainer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "tokenizers/trainers/sentencepiece_trainer_base.h"

namespace quern {
namespace {

bool better(const ScoredText<float>& a, const ScoredText<float>& b) {
  return a.score != b.score ? a.score > b.score : a.text < b.text;
}

class UnigramTrainer final : public SentencePieceTrainer {
 public:
  UnigramTrainer(const SentencePieceTrainingSettings& settings, int threads, std::uint64_t budget)
      : SentencePieceTrainer(SentencePieceModel::Algorithm::unigram, settings, budget), threads_(threads) {}

 private:
  Pieces learn_pieces(const Progress& progress) override;
  Pieces seeds() const;
  Pieces choose(const UnigramLearner<float>& learner) const;

  int threads_;
};

// All characters, then the substrings, with the logarithms of their shares of count × length.
UnigramTrainer::Pieces UnigramTrainer::seeds() const {
  Pieces seeds;
  for (const CountedCharacter& one : corpus().characters()) seeds.push_back({text_of(one.character), static_cast<float>(one.count)});
  const SeedSettings seed_settings{
      .most = settings().seed_size, .max_length = settings().rules.max_length, .last_text = corpus().last_text()};
  const auto allow = [this](std::string_view piece) { return settings().rules.allow(piece); };
  for (SeedPiece& seed : find_seeds(corpus().units(), seed_settings, allow, threads_)) {
    seeds.push_back({std::move(seed.text), static_cast<float>(seed.score)});
  }
  double sum = 0;
  for (const auto& seed : seeds) sum += static_cast<double>(seed.score);
  const double log_sum = std::log(sum);
  for (auto& seed : seeds) seed.score = static_cast<float>(std::log(static_cast<double>(seed.score)) - log_sum);
  return seeds;
}

// The required characters, those that were dropped with scores just above the least; then the best of the rest.
UnigramTrainer::Pieces UnigramTrainer::choose(const UnigramLearner<float>& learner) const {
  Pieces learned = learner.pieces();
  std::sort(learned.begin(), learned.end(), better);
  std::unordered_map<std::string_view, float> scores;
  for (const auto& piece : learned) scores.emplace(piece.text, piece.score);
  std::map<std::string, float> chosen;
  float penalty = 0;
  for (const CountedCharacter& one : corpus().required_characters()) {
    const std::string text = text_of(one.character);
    if (const auto found = scores.find(text); found != scores.end()) {
      chosen[text] = found->second;
    } else {
      chosen[text] = learner.least_score() + penalty;
      penalty += 0.0001f;
    }
  }
  for (const auto& piece : learned) {
    if (chosen.count(piece.text) != 0) continue;
    if (chosen.size() == room()) break;
    chosen.emplace(piece.text, piece.score);
  }
  Pieces pieces;
  for (const auto& [text, score] : chosen) pieces.push_back({text, score});
  std::sort(pieces.begin(), pieces.end(), better);
  return pieces;
}

UnigramTrainer::Pieces UnigramTrainer::learn_pieces(const Progress& progress) {
  check_room();
  UnigramLearner<float> learner(seeds(), corpus().sentences(),
                                {.desired_size = static_cast<std::size_t>(static_cast<double>(settings().vocab_size) * 1.1),
                                 .sub_iterations = settings().sub_iterations,
                                 .shrinking_factor = settings().shrinking_factor},
                                threads_);
  learner.run(progress);
  learner.drop_unreachable();
  return choose(learner);
}

}  // namespace

std::unique_ptr<Trainer> make_unigram_trainer(const SentencePieceTrainingSettings& settings, int threads,
                                              std::uint64_t memory_budget) {
  return std::make_unique<UnigramTrainer>(settings, threads, memory_budget);
}

}  // namespace quern
