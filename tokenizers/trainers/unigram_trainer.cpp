#include "tokenizers/trainers/unigram_trainer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern {
namespace {

using Kind = SentencePiece::Kind;

std::string text_of(char32_t c) {
  std::string text;
  utf8::append(text, c);
  return text;
}

std::vector<std::string> texts_of(const std::vector<std::optional<SentencePiece>>& reserved) {
  std::vector<std::string> texts;
  for (const auto& piece : reserved) {
    if (piece) texts.push_back(piece->text);
  }
  return texts;
}

bool better(const ScoredText<float>& a, const ScoredText<float>& b) {
  return a.score != b.score ? a.score > b.score : a.text < b.text;
}

class UnigramTrainer final : public Trainer {
 public:
  UnigramTrainer(const UnigramTrainerSettings& settings, int threads, std::uint64_t budget)
      : settings_(settings),
        threads_(threads),
        cutter_({}, {}),
        reserved_(place_reserved(settings.reserved, settings.vocab_size)),
        corpus_({.normalizer = settings.normalizer,
                 .max_sentence_length = settings.max_sentence_length,
                 .character_coverage = settings.character_coverage,
                 .required_characters = settings.required_characters,
                 .split_by_whitespace = settings.rules.split_by_whitespace,
                 .cut_out = texts_of(reserved_),
                 .last_text = settings.last_text},
                budget) {
    settings_.rules.whitespace_as_suffix = settings.normalizer.whitespace_as_suffix;
  }

  const PieceCutter& cutter() const override { return cutter_; }
  TokenizerDefinition learn(PieceCounts& texts, const std::function<void(std::uint64_t, std::uint64_t)>& progress) override;
  const TrainingReport& report() const override { return report_; }

 private:
  void check_room() const;
  std::vector<ScoredText<float>> seeds() const;
  std::vector<ScoredText<float>> choose(const UnigramLearner<float>& learner) const;
  TokenizerDefinition assemble(const std::vector<ScoredText<float>>& pieces) const;
  std::size_t room() const { return settings_.vocab_size - texts_of(reserved_).size(); }

  UnigramTrainerSettings settings_;
  int threads_;
  PieceCutter cutter_;
  std::vector<std::optional<SentencePiece>> reserved_;
  SentencePieceCorpus corpus_;
  TrainingReport report_;
};

void UnigramTrainer::check_room() const {
  const std::size_t least = corpus_.required_characters().size() + texts_of(reserved_).size();
  if (least <= settings_.vocab_size) return;
  throw Error(ErrorCode::usage, "a vocabulary of " + std::to_string(settings_.vocab_size) + " cannot hold " +
                                    std::to_string(corpus_.required_characters().size()) + " characters and " +
                                    std::to_string(texts_of(reserved_).size()) + " reserved pieces")
      .remedy("ask for --vocab-size " + std::to_string(least) + " or more, or for less --coverage");
}

// All characters, then the substrings, with the logarithms of their shares of count × length.
std::vector<ScoredText<float>> UnigramTrainer::seeds() const {
  std::vector<ScoredText<float>> seeds;
  for (const CountedCharacter& one : corpus_.characters()) seeds.push_back({text_of(one.character), static_cast<float>(one.count)});
  const SeedSettings settings{
      .most = settings_.seed_size, .max_length = settings_.rules.max_length, .last_text = corpus_.last_text()};
  const auto allow = [this](std::string_view piece) { return settings_.rules.allow(piece); };
  for (SeedPiece& seed : find_seeds(corpus_.units(), settings, allow, threads_)) {
    seeds.push_back({std::move(seed.text), static_cast<float>(seed.score)});
  }
  double sum = 0;
  for (const auto& seed : seeds) sum += static_cast<double>(seed.score);
  const double log_sum = std::log(sum);
  for (auto& seed : seeds) seed.score = static_cast<float>(std::log(static_cast<double>(seed.score)) - log_sum);
  return seeds;
}

// The required characters, those that were dropped with scores just above the least; then the best of the rest.
std::vector<ScoredText<float>> UnigramTrainer::choose(const UnigramLearner<float>& learner) const {
  std::vector<ScoredText<float>> learned = learner.pieces();
  std::sort(learned.begin(), learned.end(), better);
  std::unordered_map<std::string_view, float> scores;
  for (const auto& piece : learned) scores.emplace(piece.text, piece.score);
  std::map<std::string, float> chosen;
  float penalty = 0;
  for (const CountedCharacter& one : corpus_.required_characters()) {
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
  std::vector<ScoredText<float>> pieces;
  for (const auto& [text, score] : chosen) pieces.push_back({text, score});
  std::sort(pieces.begin(), pieces.end(), better);
  return pieces;
}

TokenizerDefinition UnigramTrainer::assemble(const std::vector<ScoredText<float>>& pieces) const {
  SentencePieceModel model;
  model.algorithm = SentencePieceModel::Algorithm::unigram;
  model.byte_fallback = settings_.reserved.byte_fallback;
  model.unk_piece = settings_.reserved.unk_piece;
  model.bos_piece = settings_.reserved.bos_piece;
  model.eos_piece = settings_.reserved.eos_piece;
  model.pad_piece = settings_.reserved.pad_piece;
  std::size_t next = 0;
  for (std::size_t id = 0; id < settings_.vocab_size; ++id) {
    if (id < reserved_.size() && reserved_[id]) {
      model.pieces.push_back(*reserved_[id]);
    } else if (next < pieces.size()) {
      model.pieces.push_back({pieces[next].text, pieces[next].score, Kind::normal});
      ++next;
    }
  }
  if (settings_.hard_vocab_limit && model.pieces.size() < settings_.vocab_size) {
    throw Error(ErrorCode::usage, "this text gives no more than " + std::to_string(model.pieces.size()) + " pieces, " +
                                      std::to_string(settings_.vocab_size) + " asked for")
        .remedy("ask for --vocab-size " + std::to_string(model.pieces.size()) + " or less");
  }
  TokenizerDefinition definition;
  definition.normalizers.push_back(settings_.normalizer);
  definition.model = std::move(model);
  definition.decoders.push_back(SentencePieceDecoder{});
  return definition;
}

TokenizerDefinition UnigramTrainer::learn(PieceCounts& texts, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const auto add = [this](std::string_view text, std::uint64_t count) { corpus_.add(text, count); };
  if (const CountTable* table = texts.gather()) {
    table->for_each(add);
  } else {
    texts.for_each(add);
  }
  texts.clear();
  corpus_.finish();
  check_room();
  for (const CountedText& sentence : corpus_.sentences()) report_.pieces += sentence.count;
  report_.distinct_pieces = corpus_.sentences().size();
  UnigramLearner<float> learner(seeds(), corpus_.sentences(),
                                {.desired_size = static_cast<std::size_t>(static_cast<double>(settings_.vocab_size) * 1.1),
                                 .sub_iterations = settings_.sub_iterations,
                                 .shrinking_factor = settings_.shrinking_factor},
                                threads_);
  learner.run(progress);
  learner.drop_unreachable();
  TokenizerDefinition definition = assemble(choose(learner));
  report_.vocabulary = std::get<SentencePieceModel>(definition.model).pieces.size();
  return definition;
}

std::string byte_text(unsigned byte) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  return std::string("<0x") + kDigits[byte >> 4] + kDigits[byte & 15] + '>';
}

}  // namespace

std::vector<std::optional<SentencePiece>> place_reserved(const ReservedPieces& reserved, std::size_t vocab_size) {
  std::vector<std::optional<SentencePiece>> placed;
  std::map<std::string, TokenId> ids;
  const auto put = [&](TokenId id, const std::string& text, Kind kind) {
    if (id >= vocab_size) throw Error(ErrorCode::usage, "the vocabulary has no room for the piece \"" + text + "\"");
    if (text.empty()) throw Error(ErrorCode::usage, "a piece cannot be empty");
    if (placed.size() <= id) placed.resize(id + 1);
    if (placed[id] || !ids.emplace(text, id).second) {
      throw Error(ErrorCode::usage, "the piece \"" + text + "\", or its id, is taken");
    }
    placed[id] = SentencePiece{text, 0, kind};
  };
  if (reserved.unk_id) put(*reserved.unk_id, reserved.unk_piece, Kind::unknown);
  if (reserved.bos_id) put(*reserved.bos_id, reserved.bos_piece, Kind::control);
  if (reserved.eos_id) put(*reserved.eos_id, reserved.eos_piece, Kind::control);
  if (reserved.pad_id) put(*reserved.pad_id, reserved.pad_piece, Kind::control);
  if (!reserved.unk_id) throw Error(ErrorCode::usage, "a SentencePiece model needs an unknown piece");
  TokenId next = 0;
  std::set<std::string> symbols;
  const auto append = [&](const std::string& text, Kind kind) {
    if (!symbols.insert(text).second) throw Error(ErrorCode::usage, "the piece \"" + text + "\" is there twice");
    if (const auto found = ids.find(text); found != ids.end() && found->second != *reserved.unk_id) {
      placed[found->second]->kind = kind;  // as user-defined symbols bos, eos and pad are found in texts
      return;
    }
    while (next < placed.size() && placed[next]) ++next;
    put(next, text, kind);
  };
  for (const std::string& symbol : reserved.control_symbols) append(symbol, Kind::control);
  for (const std::string& symbol : reserved.user_defined_symbols) append(symbol, Kind::user_defined);
  if (reserved.byte_fallback) {
    for (unsigned byte = 0; byte < 256; ++byte) append(byte_text(byte), Kind::byte);
  }
  return placed;
}

std::unique_ptr<Trainer> make_unigram_trainer(const UnigramTrainerSettings& settings, int threads, std::uint64_t memory_budget) {
  return std::make_unique<UnigramTrainer>(settings, threads, memory_budget);
}

}  // namespace quern
