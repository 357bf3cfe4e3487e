#include "tokenizers/trainers/hugging_face_unigram_trainer.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/trainers/alphabet.h"
#include "tokenizers/trainers/unigram_learner.h"
#include "tokenizers/trainers/unigram_seeds.h"

namespace quern {
namespace {

using Scored = ScoredText<double>;

class HuggingFaceUnigramTrainer final : public Trainer {
 public:
  HuggingFaceUnigramTrainer(const HuggingFaceUnigramSettings& settings, int threads)
      : settings_(settings), threads_(threads), cutter_(settings.normalizers, settings.pre_tokenizers) {
    if (settings_.unk_token &&
        std::find(settings_.specials.begin(), settings_.specials.end(), *settings_.unk_token) == settings_.specials.end()) {
      settings_.specials.insert(settings_.specials.begin(), *settings_.unk_token);
    }
  }

  const PieceCutter& cutter() const override { return cutter_; }
  TokenizerDefinition learn(PieceCounts& pieces, const std::function<void(std::uint64_t, std::uint64_t)>& progress) override;
  const TrainingReport& report() const override { return report_; }

 private:
  using Characters = std::map<char32_t, std::uint64_t>;

  std::vector<CountedText> take_words(PieceCounts& pieces);
  void check_room(const Characters& characters) const;
  std::vector<Scored> seeds(const Characters& characters) const;
  std::vector<Scored> choose(const UnigramLearner<double>& learner, const Characters& characters) const;
  TokenizerDefinition assemble(const std::vector<Scored>& pieces) const;
  std::size_t room() const { return settings_.vocab_size - reserved(); }
  std::size_t reserved() const { return settings_.specials.size() + settings_.user_tokens.size(); }

  HuggingFaceUnigramSettings settings_;
  int threads_;
  PieceCutter cutter_;
  std::deque<std::string> texts_;
  std::vector<CountedText> words_;
  TrainingReport report_;
};

// Most frequent first, then by bytes.
std::vector<CountedText> HuggingFaceUnigramTrainer::take_words(PieceCounts& pieces) {
  std::vector<CountedText> words;
  const auto add = [&](std::string_view word, std::uint64_t count) { words.push_back({texts_.emplace_back(word), count}); };
  if (const CountTable* table = pieces.gather()) {
    table->for_each(add);
  } else {
    pieces.for_each(add);
  }
  report_.pieces = pieces.total();
  report_.distinct_pieces = words.size();
  pieces.clear();
  std::sort(words.begin(), words.end(), [](const CountedText& a, const CountedText& b) {
    return a.count != b.count ? a.count > b.count : a.text < b.text;
  });
  return words;
}

void HuggingFaceUnigramTrainer::check_room(const Characters& characters) const {
  const std::size_t least = characters.size() + reserved();
  if (least <= settings_.vocab_size) return;
  throw Error(ErrorCode::usage, "a vocabulary of " + std::to_string(settings_.vocab_size) + " cannot hold " +
                                    std::to_string(reserved()) + " special and user tokens and " +
                                    std::to_string(characters.size()) + " characters")
      .remedy("ask for --vocab-size " + std::to_string(least) + " or more");
}

// Characters by count, then substrings by count × length, with the logarithms of their shares.
std::vector<Scored> HuggingFaceUnigramTrainer::seeds(const Characters& characters) const {
  std::vector<std::pair<std::uint64_t, char32_t>> by_count;
  for (const auto& [c, count] : characters) {
    if (c != 0 && count != 0) by_count.emplace_back(count, c);
  }
  std::sort(by_count.rbegin(), by_count.rend());
  std::vector<Scored> seeds;
  for (const auto& [count, c] : by_count) {
    utf8::append(seeds.emplace_back().text, c);
    seeds.back().score = static_cast<double>(count);
  }
  std::vector<SeedUnit> units;
  for (const CountedText& word : words_) units.push_back({word.text, word.count, SeedUnit::After::end});
  const SeedSettings settings{.most = settings_.seed_size - std::min(seeds.size(), settings_.seed_size),
                              .max_length = settings_.max_piece_length,
                              .rules = SeedSettings::Rules::hugging_face};
  for (SeedPiece& seed : find_seeds(units, settings, [](std::string_view) { return true; }, threads_)) {
    seeds.push_back({std::move(seed.text), seed.score});
  }
  double sum = 0;
  for (const Scored& seed : seeds) sum += seed.score;
  for (Scored& seed : seeds) seed.score = std::log(seed.score) - std::log(sum);
  return seeds;
}

// All characters; then pieces in the order that the last pruning left them in, which is by what they are worth.
std::vector<Scored> HuggingFaceUnigramTrainer::choose(const UnigramLearner<double>& learner, const Characters& characters) const {
  const std::vector<Scored> learned = learner.pieces();
  std::unordered_map<std::string_view, double> scores;
  for (const Scored& piece : learned) scores.emplace(piece.text, piece.score);
  std::vector<Scored> chosen;
  std::unordered_set<std::string> taken;
  double penalty = 0;
  for (const auto& [c, count] : characters) {
    Scored piece;
    utf8::append(piece.text, c);
    if (const auto found = scores.find(piece.text); found != scores.end()) {
      piece.score = found->second;
    } else {
      piece.score = learner.least_score() + penalty;
      penalty += 0.0001;
    }
    taken.insert(piece.text);
    chosen.push_back(std::move(piece));
  }
  for (const Scored& piece : learned) {
    if (chosen.size() >= room()) break;
    if (taken.insert(piece.text).second) chosen.push_back(piece);
  }
  std::sort(chosen.begin(), chosen.end(), [](const Scored& a, const Scored& b) {
    return a.score != b.score ? a.score > b.score : a.text < b.text;
  });
  return chosen;
}

TokenizerDefinition HuggingFaceUnigramTrainer::assemble(const std::vector<Scored>& pieces) const {
  TokenizerDefinition definition;
  UnigramModel model;
  const auto reserve = [&](const std::string& token, bool is_special) {
    const auto id = static_cast<TokenId>(model.vocabulary.size());
    if (token == settings_.unk_token) model.unk_id = id;
    definition.added_tokens.push_back({.id = id, .content = token, .normalized = !is_special, .special = is_special});
    model.vocabulary.push_back(token);
    model.scores.push_back(0);
  };
  for (const std::string& special : settings_.specials) reserve(special, true);
  for (const std::string& token : settings_.user_tokens) reserve(token, false);
  for (const Scored& piece : pieces) {
    if (std::find(settings_.user_tokens.begin(), settings_.user_tokens.end(), piece.text) != settings_.user_tokens.end()) continue;
    model.vocabulary.push_back(piece.text);
    model.scores.push_back(piece.score);
  }
  definition.normalizers = settings_.normalizers;
  definition.pre_tokenizers = settings_.pre_tokenizers;
  definition.decoders = settings_.decoders;
  definition.model = std::move(model);
  return definition;
}

TokenizerDefinition HuggingFaceUnigramTrainer::learn(PieceCounts& pieces,
                                                     const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  words_ = take_words(pieces);
  if (words_.empty()) throw Error(ErrorCode::input, "there is no text to train on");
  Characters characters;
  for (const char32_t c : settings_.initial_alphabet) characters[c];
  for (const CountedText& word : words_) {
    require_valid_piece(word.text);
    for (const char *p = word.text.data(), *end = p + word.text.size(); p < end;) characters[utf8::decode(p)] += word.count;
  }
  check_room(characters);
  UnigramLearner<double> learner(seeds(characters), words_,
                                 {.desired_size = settings_.vocab_size * 11 / 10,
                                  .sub_iterations = settings_.sub_iterations,
                                  .shrinking_factor = settings_.shrinking_factor},
                                 threads_);
  learner.run(progress);
  TokenizerDefinition definition = assemble(choose(learner, characters));
  report_.vocabulary = std::get<UnigramModel>(definition.model).vocabulary.size();
  return definition;
}

}  // namespace

std::unique_ptr<Trainer> make_hugging_face_unigram_trainer(const HuggingFaceUnigramSettings& settings, int threads) {
  return std::make_unique<HuggingFaceUnigramTrainer>(settings, threads);
}

}  // namespace quern
