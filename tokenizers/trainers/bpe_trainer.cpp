#include "tokenizers/trainers/bpe_trainer.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "core/error.h"
#include "tokenizers/byte_level.h"

namespace quern {
namespace {

class BpeTrainer final : public Trainer {
 public:
  BpeTrainer(const BpeTrainerSettings& settings, const bpe::LearnResources& resources)
      : settings_(settings), resources_(resources), pre_tokenizers_(byte_level_pre_tokenizers(settings.pattern, settings.add_prefix_space)), cutter_({}, pre_tokenizers_) {}

  const PieceCutter& cutter() const override { return cutter_; }
  TokenizerDefinition learn(PieceCounts& pieces, const std::function<void(std::uint64_t, std::uint64_t)>& progress) override;
  const TrainingReport& report() const override { return report_; }

 private:
  using Pieces = std::function<void(const PieceCounts::Visit&)>;
  struct Alphabet {
    std::vector<std::string> vocabulary;
    std::array<TokenId, 256> id_of_byte;
  };
  Alphabet make_alphabet(const Pieces& pieces) const;
  TokenizerDefinition assemble(std::vector<std::string> vocabulary, const std::vector<bpe::LearnedMerge>& merges) const;

  BpeTrainerSettings settings_;
  bpe::LearnResources resources_;
  std::vector<PreTokenizer> pre_tokenizers_;
  PieceCutter cutter_;
  TrainingReport report_;
};

// Specials first, then the alphabet by code point; a special that spells a character is that character.
BpeTrainer::Alphabet BpeTrainer::make_alphabet(const Pieces& pieces) const {
  std::bitset<256> seen;
  if (!settings_.whole_alphabet) {
    pieces([&](std::string_view piece, std::uint64_t) {
      for (const char byte : piece) seen.set(static_cast<unsigned char>(byte));
    });
  }
  Alphabet alphabet{.vocabulary = settings_.specials, .id_of_byte = {}};
  for (const std::string& character : byte_level::alphabet()) {
    const auto byte = static_cast<unsigned char>(byte_level::unspell(character)->front());
    if (!settings_.whole_alphabet && !seen[byte]) continue;
    const auto place = std::find(alphabet.vocabulary.begin(), alphabet.vocabulary.end(), character);
    alphabet.id_of_byte[byte] = static_cast<TokenId>(place - alphabet.vocabulary.begin());
    if (place == alphabet.vocabulary.end()) alphabet.vocabulary.push_back(character);
  }
  const std::size_t least = alphabet.vocabulary.size();
  if (least <= settings_.vocab_size) return alphabet;
  throw Error(ErrorCode::usage, "a vocabulary of " + std::to_string(settings_.vocab_size) + " cannot hold " +
                                    std::to_string(settings_.specials.size()) + " special tokens and an alphabet of " +
                                    std::to_string(least - settings_.specials.size()))
      .remedy("ask for --vocab-size " + std::to_string(least) + " or more");
}

TokenizerDefinition BpeTrainer::learn(PieceCounts& counts, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  report_.pieces = counts.total();
  // In any order where it all fits into memory, else merged from the disk.
  const CountTable* table = counts.gather();
  std::uint64_t symbols = 0;
  if (table != nullptr) table->for_each([&](std::string_view piece, std::uint64_t) { symbols += piece.size(); });
  if (table == nullptr || !bpe::fits_into_memory(symbols, table->memory(), resources_)) {
    table = nullptr;
    counts.spill();
    symbols = counts.spilled_key_bytes();
  }
  const Pieces pieces = [&](const PieceCounts::Visit& visit) { table != nullptr ? table->for_each(visit) : counts.for_each(visit); };
  Alphabet alphabet = make_alphabet(pieces);

  const auto source = [&](const bpe::MergeLearner::Visit& visit) {
    std::vector<TokenId> ids;
    report_.distinct_pieces = 0;
    pieces([&](std::string_view piece, std::uint64_t count) {
      ++report_.distinct_pieces;
      ids.clear();
      for (const char byte : piece) ids.push_back(alphabet.id_of_byte[static_cast<unsigned char>(byte)]);
      visit(ids, count);
    });
  };
  const auto merges = bpe::learn_merges(source, symbols, alphabet.vocabulary,
                                        {.max_tokens = settings_.vocab_size,
                                         .min_count = settings_.min_frequency,
                                         .max_token_length = settings_.max_token_length},
                                        resources_, [&] { counts.clear(); }, progress);
  report_.vocabulary = alphabet.vocabulary.size();
  report_.merges = merges.size();
  report_.last_count = merges.empty() ? 0 : merges.back().count;
  return assemble(std::move(alphabet.vocabulary), merges);
}

TokenizerDefinition BpeTrainer::assemble(std::vector<std::string> vocabulary, const std::vector<bpe::LearnedMerge>& merges) const {
  TokenizerDefinition definition;
  for (TokenId id = 0; id < settings_.specials.size(); ++id) {
    definition.added_tokens.push_back({.id = id, .content = settings_.specials[id], .normalized = false, .special = true});
  }
  definition.pre_tokenizers = pre_tokenizers_;
  definition.decoders = {ByteLevelDecoder{}};
  BpeModel model;
  model.vocabulary = std::move(vocabulary);
  model.merges.reserve(merges.size());
  for (const bpe::LearnedMerge& merge : merges) model.merges.push_back(merge.pair);
  definition.model = std::move(model);
  return definition;
}

}  // namespace

std::unique_ptr<Trainer> make_bpe_trainer(const BpeTrainerSettings& settings, const bpe::LearnResources& resources) {
  return std::make_unique<BpeTrainer>(settings, resources);
}

}  // namespace quern
