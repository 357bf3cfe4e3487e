#include "tokenizers/trainers/bpe_trainer.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/byte_token.h"
#include "tokenizers/wordpiece/likelihood_learner.h"

namespace quern {
namespace {

class BpeTrainer final : public Trainer {
 public:
  BpeTrainer(TokenizerDefinition blank, const BpeTrainerSettings& settings, const bpe::LearnResources& resources)
      : blank_(std::move(blank)), settings_(settings), resources_(resources), cutter_(blank_.normalizers, blank_.pre_tokenizers) {
    AlphabetSettings& alphabet = settings_.alphabet;
    if (const auto* bpe = std::get_if<BpeModel>(&blank_.model)) {
      alphabet.continuing_subword_prefix = bpe->continuing_subword_prefix;
      alphabet.end_of_word_suffix = bpe->end_of_word_suffix;
    } else {
      alphabet.continuing_subword_prefix = std::get<WordPieceModel>(blank_.model).continuing_subword_prefix;
    }
  }

  const PieceCutter& cutter() const override { return cutter_; }
  TokenizerDefinition learn(PieceCounts& pieces, const std::function<void(std::uint64_t, std::uint64_t)>& progress) override;
  const TrainingReport& report() const override { return report_; }

 private:
  std::vector<std::string> reserved_tokens() const;
  void check_room(std::size_t reserved, const std::vector<std::string>& vocabulary) const;
  std::vector<TokenId> absent(std::size_t reserved, const Alphabet& alphabet) const;
  TokenizerDefinition assemble(std::vector<std::string> vocabulary, const std::vector<bpe::LearnedMerge>& merges) const;

  TokenizerDefinition blank_;
  BpeTrainerSettings settings_;
  bpe::LearnResources resources_;
  PieceCutter cutter_;
  TrainingReport report_;
};

std::vector<std::string> BpeTrainer::reserved_tokens() const {
  std::vector<std::string> tokens;
  for (const AddedToken& token : blank_.added_tokens) tokens.push_back(token.content);
  const auto* bpe = std::get_if<BpeModel>(&blank_.model);
  if (bpe == nullptr || !bpe->byte_fallback) return tokens;
  const std::set<std::string> added(tokens.begin(), tokens.end());
  for (int byte = 0; byte < 256; ++byte) {
    const std::string token = byte_token(static_cast<unsigned char>(byte));
    if (!added.contains(token)) tokens.push_back(token);
  }
  return tokens;
}

void BpeTrainer::check_room(std::size_t reserved, const std::vector<std::string>& vocabulary) const {
  const std::size_t least = vocabulary.size();
  if (least <= settings_.vocab_size) return;
  const std::string limit = cutter_.cuts_bytes() ? "" : ", or leave rare characters out with --limit-alphabet or --coverage";
  throw Error(ErrorCode::usage, "a vocabulary of " + std::to_string(settings_.vocab_size) + " cannot hold " + std::to_string(reserved) +
                                    " special tokens and an alphabet of " + std::to_string(least - reserved))
      .remedy("ask for --vocab-size " + std::to_string(least) + " or more" + limit);
}

// Reserved tokens that spell no symbol: a join may build them.
std::vector<TokenId> BpeTrainer::absent(std::size_t reserved, const Alphabet& alphabet) const {
  std::vector<TokenId> ids;
  for (TokenId id = 0; id < reserved; ++id) {
    if (!std::binary_search(alphabet.ids().begin(), alphabet.ids().end(), id)) ids.push_back(id);
  }
  return ids;
}

TokenizerDefinition BpeTrainer::learn(PieceCounts& counts, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  report_.pieces = counts.total();
  // In any order where it all fits into memory, else merged from the disk.
  const bool of_bytes = cutter_.cuts_bytes();
  const CountTable* table = counts.gather();
  std::uint64_t symbols = 0;
  if (table != nullptr) {
    table->for_each([&](std::string_view piece, std::uint64_t) { symbols += of_bytes ? piece.size() : utf8::count_code_points(piece); });
  }
  if (table == nullptr || !bpe::fits_into_memory(symbols, table->memory(), resources_)) {
    table = nullptr;
    counts.spill();
    symbols = counts.spilled_key_bytes();
  }
  const Alphabet::Pieces pieces = [&](const PieceCounts::Visit& visit) { table != nullptr ? table->for_each(visit) : counts.for_each(visit); };
  std::vector<std::string> vocabulary = reserved_tokens();
  const std::size_t reserved = vocabulary.size();
  const Alphabet alphabet(settings_.alphabet, of_bytes, pieces, vocabulary);
  check_room(reserved, vocabulary);

  const auto source = [&](const bpe::MergeLearner::Visit& visit) {
    std::vector<TokenId> ids;
    report_.distinct_pieces = 0;
    pieces([&](std::string_view piece, std::uint64_t count) {
      ++report_.distinct_pieces;
      alphabet.spell(piece, ids);
      visit(ids, count);
    });
  };
  const std::vector<TokenId> unused = absent(reserved, alphabet);
  const bpe::LearnOptions options{.max_tokens = settings_.vocab_size,
                                  .min_count = settings_.min_frequency,
                                  .max_token_length = settings_.max_token_length,
                                  .absent = unused,
                                  .continuing_prefix = settings_.alphabet.continuing_subword_prefix};
  const auto merges = settings_.score == BpeTrainerSettings::Score::likelihood
                          ? wordpiece::learn_by_likelihood(source, vocabulary, options, resources_.memory, progress)
                          : bpe::learn_merges(source, symbols, vocabulary, options, resources_, [&] { counts.clear(); }, progress);
  report_.vocabulary = vocabulary.size();
  report_.left_out = alphabet.left_out();
  report_.merges = merges.size();
  report_.last_count = merges.empty() ? 0 : merges.back().count;
  return assemble(std::move(vocabulary), merges);
}

TokenizerDefinition BpeTrainer::assemble(std::vector<std::string> vocabulary, const std::vector<bpe::LearnedMerge>& merges) const {
  TokenizerDefinition definition = blank_;
  if (auto* word_piece = std::get_if<WordPieceModel>(&definition.model)) {
    word_piece->vocabulary = std::move(vocabulary);
    return definition;
  }
  auto& model = std::get<BpeModel>(definition.model);
  model.vocabulary = std::move(vocabulary);
  model.merges.reserve(merges.size());
  for (const bpe::LearnedMerge& merge : merges) model.merges.push_back(merge.pair);
  return definition;
}

}  // namespace

std::unique_ptr<Trainer> make_bpe_trainer(TokenizerDefinition blank, const BpeTrainerSettings& settings, const bpe::LearnResources& resources) {
  return std::make_unique<BpeTrainer>(std::move(blank), settings, resources);
}

TokenizerDefinition byte_level_tokenizer(const std::optional<SplitPattern>& pattern, bool add_prefix_space) {
  TokenizerDefinition blank;
  blank.model = BpeModel();
  blank.pre_tokenizers = byte_level_pre_tokenizers(pattern, add_prefix_space);
  blank.decoders = {ByteLevelDecoder()};
  return blank;
}

std::u32string all_bytes() {
  std::u32string characters;
  for (int byte = 0; byte < 256; ++byte) characters += byte_level::to_char(static_cast<unsigned char>(byte));
  return characters;
}

}  // namespace quern
