#include "tokenizers/trainers/sentencepiece_trainer.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/error.h"
#include "tokenizers/trainers/sentencepiece_bpe_learner.h"
#include "tokenizers/trainers/sentencepiece_trainer_base.h"
#include "tokenizers/trainers/unigram_trainer.h"

namespace quern {
namespace {

using Algorithm = SentencePieceModel::Algorithm;

void refuse_use_all_vocab(const SentencePieceTrainingSettings& settings) {
  if (settings.use_all_vocab) throw Error(ErrorCode::usage, "only words and characters can be taken whatever the size of the vocabulary");
}

// What was joined, in order, then the characters.
class BpeTrainer final : public SentencePieceTrainer {
 public:
  BpeTrainer(const SentencePieceTrainingSettings& settings, std::uint64_t budget) : SentencePieceTrainer(Algorithm::bpe, settings, budget) {}

 private:
  Pieces learn_pieces(const Progress& progress) override {
    check_room();
    const auto& characters = corpus().required_characters();
    SentencePieceBpePieces joined =
        learn_sentencepiece_bpe(corpus().sentences(), settings().rules, room() - characters.size(), progress);
    report_.merges = joined.texts.size();
    report_.last_count = joined.last_count;
    Pieces pieces;
    const auto add = [&](std::string text) { pieces.push_back({std::move(text), -static_cast<float>(pieces.size())}); };
    for (std::string& text : joined.texts) add(std::move(text));
    for (const CountedCharacter& one : characters) add(text_of(one.character));
    return pieces;
  }
};

// Characters, or words: what is there, most frequent first, with the logarithms of the shares.
class CountTrainer final : public SentencePieceTrainer {
 public:
  CountTrainer(Algorithm algorithm, const SentencePieceTrainingSettings& settings, std::uint64_t budget)
      : SentencePieceTrainer(algorithm, settings, budget), takes_words_(algorithm == Algorithm::word) {}

 private:
  struct Counted {
    std::string text;
    std::uint64_t count;
  };

  Pieces learn_pieces(const Progress&) override {
    std::vector<Counted> counted = takes_words_ ? words() : characters();
    std::uint64_t sum = 0;
    for (const Counted& one : counted) sum += one.count;
    const float log_sum = std::log(static_cast<float>(sum));
    Pieces pieces;
    for (Counted& one : counted) {
      if (one.text.find(kUnknownMarkText) != std::string::npos) continue;
      if (!settings().use_all_vocab && pieces.size() == room()) break;
      pieces.push_back({std::move(one.text), std::log(static_cast<float>(one.count)) - log_sum});
    }
    return pieces;
  }

  std::vector<Counted> characters() const {
    std::vector<Counted> counted;
    for (const CountedCharacter& one : corpus().required_characters()) counted.push_back({text_of(one.character), one.count});
    return counted;
  }

  // They begin with U+2581 even where it was put at the end of texts.
  std::vector<Counted> words() const {
    std::unordered_map<std::string_view, std::uint64_t> counts;
    for (const SeedUnit& unit : corpus().units()) {
      for_each_word(unit.text, false, [&](std::string_view word) { counts[word] += unit.count; });
    }
    std::vector<Counted> counted;
    for (const auto& [word, count] : counts) counted.push_back({std::string(word), count});
    std::sort(counted.begin(), counted.end(),
              [](const Counted& a, const Counted& b) { return a.count != b.count ? a.count > b.count : a.text < b.text; });
    return counted;
  }

  bool takes_words_;
};

// A user's symbol stands for itself and as a word.
SentencePieceTrainingSettings for_words(SentencePieceTrainingSettings settings) {
  std::vector<std::string> symbols;
  for (const std::string& symbol : settings.reserved.user_defined_symbols) {
    symbols.push_back(symbol);
    if (!symbol.starts_with("\u2581")) symbols.push_back("\u2581" + symbol);
  }
  settings.reserved.user_defined_symbols = std::move(symbols);
  return settings;
}

}  // namespace

std::unique_ptr<Trainer> make_sentencepiece_trainer(Algorithm algorithm, const SentencePieceTrainingSettings& settings, int threads,
                                                    std::uint64_t memory_budget) {
  switch (algorithm) {
    case Algorithm::unigram: refuse_use_all_vocab(settings); return make_unigram_trainer(settings, threads, memory_budget);
    case Algorithm::bpe: refuse_use_all_vocab(settings); return std::make_unique<BpeTrainer>(settings, memory_budget);
    case Algorithm::word: return std::make_unique<CountTrainer>(algorithm, for_words(settings), memory_budget);
    case Algorithm::character: return std::make_unique<CountTrainer>(algorithm, settings, memory_budget);
  }
  throw Error(ErrorCode::unsupported, "no such SentencePiece model");
}

}  // namespace quern
