#include "tokenizers/trainers/bpe_trainer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>

#include "core/error.h"
#include "core/memory.h"
#include "core/text/utf8.h"
#include "tokenizers/bpe/merge_learner.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/trainers/piece_counts.h"

namespace quern {
namespace {

// Learning holds, for every byte of a distinct piece, one cell and at worst two listed positions.
constexpr std::uint64_t kLearnerBytesPerByte = 12;
constexpr const char* kMemoryRemedy = "raise --memory, train on a sample, or choose a --pre-tokenizer that cuts shorter pieces";
constexpr std::uint64_t kCheckEvery = std::uint64_t{1} << 20;  // bytes of text

class BpeTrainer final : public Trainer {
 public:
  BpeTrainer(const BpeTrainerSettings& settings, int threads, std::uint64_t budget)
      : settings_(settings), budget_(budget), workers_(threads) {
    if (settings_.pattern) splitter_.emplace(*settings_.pattern);
    // As assemble() writes it: only GPT-2's split comes behind the prefix space; any other before, so that every piece gets one.
    prefixes_pieces_ = settings_.add_prefix_space && splitter_ && splitter_->kind() != SplitPattern::Kind::gpt2;
  }

  void count(std::string_view text, int worker) override;
  TokenizerDefinition finish(const std::function<void(std::uint64_t, std::uint64_t)>& progress) override;
  const TrainingReport& report() const override { return report_; }

 private:
  struct alignas(64) Worker {
    PieceCounts counts;
    std::size_t memory = 0;  // as last added to memory_
    std::uint64_t since_check = 0;
    std::string with_prefix;
  };

  template <class NextEnd>
  void count_pieces(const char* p, const char* end, const char* bad, Worker& worker, NextEnd next_end);
  void check_memory(Worker& worker);

  struct Alphabet {
    std::vector<std::string> vocabulary;
    std::array<TokenId, 256> id_of_byte;
  };
  PieceCounts gather();
  void check_learner_memory(const PieceCounts& counts) const;
  Alphabet make_alphabet(const PieceCounts& counts) const;
  TokenizerDefinition assemble(std::vector<std::string> vocabulary, const std::vector<bpe::LearnedMerge>& merges) const;

  BpeTrainerSettings settings_;
  std::uint64_t budget_;
  std::optional<Splitter> splitter_;
  bool prefixes_pieces_ = false;
  std::vector<Worker> workers_;
  std::atomic<std::uint64_t> memory_{0};
  TrainingReport report_;
};

// Pieces of [p, bad), of which the last is continued to end: bad is the first ill-formed byte, or the end.
template <class NextEnd>
void BpeTrainer::count_pieces(const char* p, const char* end, const char* bad, Worker& worker, NextEnd next_end) {
  while (p < end) {
    const char* q = p < bad ? next_end(p, bad) : end;
    if (q == bad) q = end;
    const std::string_view piece(p, static_cast<std::size_t>(q - p));
    if (prefixes_pieces_ && *p != ' ') {
      worker.counts.add(worker.with_prefix.assign(1, ' ').append(piece));
    } else {
      worker.counts.add(piece, static_cast<std::size_t>(end - p));
    }
    p = q;
  }
}

void BpeTrainer::count(std::string_view text, int worker_index) {
  if (text.empty()) return;
  Worker& worker = workers_[worker_index];
  if (settings_.add_prefix_space && !prefixes_pieces_ && text.front() != ' ') {
    worker.with_prefix.assign(1, ' ').append(text);
    text = worker.with_prefix;
  }
  const char *begin = text.data(), *end = begin + text.size(), *bad = begin + utf8::valid_prefix(text);
  if (!splitter_) {
    worker.counts.add(text);
  } else if (const Splitter::Scanner scanner = splitter_->scanner()) {
    count_pieces(begin, end, bad, worker, scanner);
  } else {
    count_pieces(begin, end, bad, worker, [&](const char* p, const char* stop) {
      return p + splitter_->next({begin, static_cast<std::size_t>(stop - begin)}, static_cast<std::size_t>(p - begin)).size;
    });
  }
  worker.since_check += text.size();
  if (worker.since_check >= kCheckEvery) check_memory(worker);
}

void BpeTrainer::check_memory(Worker& worker) {
  worker.since_check = 0;
  const std::size_t now = worker.counts.memory();
  const std::uint64_t total = memory_ += now - worker.memory;  // unsigned wrap-around cancels out
  worker.memory = now;
  if (total <= budget_) return;
  throw Error(ErrorCode::memory, "the distinct pieces of this text need more than " + format_size(budget_))
      .remedy(kMemoryRemedy);
}

// All workers' counts in one table.
PieceCounts BpeTrainer::gather() {
  PieceCounts counts = std::move(workers_.front().counts);
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    counts.add(workers_[i].counts);
    workers_[i].counts = PieceCounts();
  }
  report_.pieces = counts.total();
  report_.distinct_pieces = counts.distinct();
  return counts;
}

void BpeTrainer::check_learner_memory(const PieceCounts& counts) const {
  std::uint64_t bytes = 0;
  counts.for_each([&](std::string_view piece, std::uint64_t) { bytes += piece.size(); });
  const std::uint64_t need = std::max(counts.memory() + bytes * sizeof(TokenId), bytes * kLearnerBytesPerByte);
  if (need <= budget_) return;
  throw Error(ErrorCode::memory, "learning merges from " + format_size(bytes) + " of distinct pieces needs about " +
                                     format_size(need) + ", " + format_size(budget_) + " allowed")
      .remedy(kMemoryRemedy);
}

// Specials first, then the alphabet by code point; a special that spells a character is that character.
BpeTrainer::Alphabet BpeTrainer::make_alphabet(const PieceCounts& counts) const {
  std::bitset<256> seen;
  counts.for_each([&](std::string_view piece, std::uint64_t) {
    for (const char byte : piece) seen.set(static_cast<unsigned char>(byte));
  });
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

TokenizerDefinition BpeTrainer::finish(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  PieceCounts counts = gather();
  check_learner_memory(counts);
  Alphabet alphabet = make_alphabet(counts);

  std::vector<TokenId> symbols;
  bpe::MergeLearner learner([&](const bpe::MergeLearner::Visit& visit) {
    counts.for_each([&](std::string_view piece, std::uint64_t count) {
      symbols.clear();
      for (const char byte : piece) symbols.push_back(alphabet.id_of_byte[static_cast<unsigned char>(byte)]);
      visit(symbols, count);
    });
  });
  counts = PieceCounts();  // the learner has its own copy: room for its position lists
  const auto merges = learner.learn(alphabet.vocabulary,
                                    {.max_tokens = settings_.vocab_size,
                                     .min_count = settings_.min_frequency,
                                     .max_token_length = settings_.max_token_length},
                                    progress);
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
  // GPT-2's split is part of ByteLevel; any other comes before it.
  const bool is_gpt2 = settings_.pattern && settings_.pattern->kind == SplitPattern::Kind::gpt2;
  if (settings_.pattern && !is_gpt2) definition.pre_tokenizers.push_back(SplitPreTokenizer{.pattern = *settings_.pattern});
  definition.pre_tokenizers.push_back(
      ByteLevelPreTokenizer{.add_prefix_space = settings_.add_prefix_space, .use_regex = is_gpt2});
  definition.decoders = {ByteLevelDecoder{}};
  BpeModel model;
  model.vocabulary = std::move(vocabulary);
  model.merges.reserve(merges.size());
  for (const bpe::LearnedMerge& merge : merges) model.merges.push_back(merge.pair);
  definition.model = std::move(model);
  return definition;
}

}  // namespace

std::unique_ptr<Trainer> make_bpe_trainer(const BpeTrainerSettings& settings, int threads, std::uint64_t memory_budget) {
  return std::make_unique<BpeTrainer>(settings, threads, memory_budget);
}

}  // namespace quern
