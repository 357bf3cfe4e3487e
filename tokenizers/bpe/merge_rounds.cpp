#include "tokenizers/bpe/merge_rounds.h"

#include <malloc.h>

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "core/memory.h"
#include "core/threads.h"
#include "tokenizers/bpe/hot_pairs.h"
#include "tokenizers/bpe/merger.h"
#include "tokenizers/bpe/segments.h"

namespace quern::bpe {
namespace {

// Learning in memory holds one cell for every symbol and at worst two listed positions.
constexpr std::uint64_t kLearnerBytesPerSymbol = 12;
constexpr std::uint64_t kMostInMemory = std::uint64_t{1} << 31;  // with a cell between words, below MergeLearner's 2^32
// What a round may use of the budget: a quarter for sums, a third for the tables of segments (one of which is there twice while it is
// cut again), and as many symbols in segments as the learner can have with room to spare.
constexpr std::uint64_t kBytesPerCell = 24;
std::uint64_t sums_memory(const LearnResources& resources) { return resources.memory / 4; }
std::uint64_t tables_memory(const LearnResources& resources) { return resources.memory / 3; }
// Each threshold is so much below the last one, unless memory says otherwise.
constexpr std::uint32_t kFirstStep = 16, kLeastStep = 3, kMostStep = 256;
constexpr double kHardlyFull = 0.15;

// Memory given back to malloc goes back to the system, so that a round does not pay for the one before.
void trim_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

class Rounds {
 public:
  Rounds(std::unique_ptr<WordStore> words, std::vector<std::string>& vocabulary, const LearnOptions& options, const LearnResources& resources)
      : words_(std::move(words)), vocabulary_(vocabulary), options_(options), resources_(resources) {
    lengths_.assign(options.lengths.begin(), options.lengths.end());
    lengths_.resize(vocabulary.size(), 1);
    absent_.assign(options.absent.begin(), options.absent.end());
  }

  std::vector<LearnedMerge> run(const std::function<void(std::uint64_t, std::uint64_t)>& progress);

 private:
  struct Scratch {
    WordStore::Scratch read;
    ShortMerge row;
    Merger::Scratch merger;
    std::vector<TokenId> ids;
  };

  // Runs job(block, worker) for each block of words, on all threads.
  template <class Job>
  void for_each_block(Job job);
  bool allowed(TokenId a, TokenId b) const {
    const std::size_t limit = options_.max_token_length;
    return limit == 0 || (lengths_[a] == 1 && lengths_[b] == 1) || lengths_[a] + lengths_[b] < limit;
  }
  void add_pairs(PairSums::Adder& adder, std::span<const TokenId> ids, std::uint64_t weight) const {
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      if (allowed(ids[i], ids[i + 1])) adder.add(ids[i], ids[i + 1], weight);
    }
  }
  void sum_pairs(PairSums& sums);
  void apply_and_sum(const std::vector<LearnedMerge>& merges, PairSums& sums);
  void join_word(std::span<const TokenId> word, const Merger& merger, Scratch& scratch) const;
  static void join_segment(std::span<const TokenId> segment, const Merger& merger, Scratch& scratch);
  std::vector<LearnedMerge> learn_round(std::unique_ptr<PairSums> sums, const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  std::uint32_t floor() const {
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(options_.min_count, 1, PairSums::kMost));
  }

  std::unique_ptr<WordStore> words_;
  std::vector<std::string>& vocabulary_;
  LearnOptions options_;
  LearnResources resources_;
  std::vector<std::uint32_t> lengths_;  // of tokens, in initial symbols
  std::vector<TokenId> absent_;         // as in LearnOptions, by now
  std::shared_ptr<const HotPairs> hot_;  // of the last round
  std::uint32_t below_ = PairSums::kMost;  // all merges of this count or more are found
  std::uint32_t step_ = kFirstStep;
};

template <class Job>
void Rounds::for_each_block(Job job) {
  std::size_t next = 0;
  const std::size_t blocks = words_->blocks();
  ordered_for_each<std::size_t, bool>(
      resources_.threads,
      [&](std::size_t& block) {
        block = next++;
        return block < blocks;
      },
      [&](std::size_t block, int worker) {
        job(block, worker);
        return true;
      },
      [](bool) {});
}

void Rounds::sum_pairs(PairSums& sums) {
  std::vector<WordStore::Scratch> scratch(static_cast<std::size_t>(resources_.threads));
  std::vector<PairSums::Adder> adders(scratch.size(), PairSums::Adder(sums));
  for_each_block([&](std::size_t block, int worker) {
    const auto w = static_cast<std::size_t>(worker);
    words_->read(block, scratch[w], [&](std::span<const TokenId> ids, std::uint64_t weight) { add_pairs(adders[w], ids, weight); });
  });
  for (PairSums::Adder& adder : adders) adder.flush();
}

// The words become what the merges make of them, and the pairs of that are added up.
void Rounds::apply_and_sum(const std::vector<LearnedMerge>& merges, PairSums& sums) {
  Merger merger(vocabulary_.size(), merges.size());
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    merger.add(merges[rank].pair, static_cast<std::uint32_t>(rank), merges[rank].result);
  }
  auto joined = std::make_unique<WordStore>(resources_.tmpdir);
  const auto workers = static_cast<std::size_t>(resources_.threads);
  std::vector<Scratch> scratch(workers);
  std::vector<PairSums::Adder> adders(workers, PairSums::Adder(sums));
  std::vector<WordStore::Writer> writers(workers, WordStore::Writer(*joined));
  for_each_block([&](std::size_t block, int worker) {
    const auto w = static_cast<std::size_t>(worker);
    words_->read(block, scratch[w].read, [&](std::span<const TokenId> ids, std::uint64_t weight) {
      join_word(ids, merger, scratch[w]);
      if (scratch[w].ids.size() < 2) return;  // no pair is left in it
      add_pairs(adders[w], scratch[w].ids, weight);
      writers[w].add(scratch[w].ids, weight);
    });
    words_->release(block);
  });
  for (WordStore::Writer& writer : writers) writer.finish();
  for (PairSums::Adder& adder : adders) adder.flush();
  words_ = std::move(joined);
}

// Joins happen within segments only.
void Rounds::join_word(std::span<const TokenId> word, const Merger& merger, Scratch& scratch) const {
  scratch.ids.clear();
  for (std::size_t begin = 0, end; begin < word.size(); begin = end) {
    end = begin + 1;
    while (end < word.size() && (*hot_)(word[end - 1], word[end])) ++end;
    join_segment(word.subspan(begin, end - begin), merger, scratch);
  }
}

void Rounds::join_segment(std::span<const TokenId> segment, const Merger& merger, Scratch& scratch) {
  const std::size_t size = segment.size();
  if (size == 1) {
    scratch.ids.push_back(segment[0]);
  } else if (size == 2) {
    const std::uint32_t rank = merger.rank(segment[0], segment[1]);
    if (rank != Merger::kNone) {
      scratch.ids.push_back(merger.result(rank));
    } else {
      scratch.ids.insert(scratch.ids.end(), segment.begin(), segment.end());
    }
  } else if (size <= ShortMerge::kMost) {
    std::copy(segment.begin(), segment.end(), scratch.row.ids());
    for (std::size_t i = 0; i + 1 < size; ++i) scratch.row.set_rank(i, merger.rank(segment[i], segment[i + 1]));
    const std::size_t left = merger.join(scratch.row, size);
    scratch.ids.insert(scratch.ids.end(), scratch.row.ids(), scratch.row.ids() + left);
  } else {
    scratch.merger.resize(size);
    std::copy(segment.begin(), segment.end(), scratch.merger.ids.begin());
    std::fill_n(scratch.merger.lengths.begin(), size, 1);
    merger.join(scratch.merger, size);
    for (std::size_t i = 0; i < size; i = scratch.merger.next[i]) scratch.ids.push_back(scratch.merger.ids[i]);
  }
}

std::vector<LearnedMerge> Rounds::learn_round(std::unique_ptr<PairSums> sums, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const std::uint32_t first = std::max(floor(), std::min(below_, sums->largest()) / step_);
  const std::uint64_t cells = resources_.most_cells != 0 ? resources_.most_cells : std::min(resources_.memory / kBytesPerCell, kMostInMemory);
  std::optional<SegmentCounts> segments;
  segments.emplace(*sums, first, below_, SegmentCounts::Limits{.workers = resources_.threads, .memory = tables_memory(resources_), .cells = cells});
  std::vector<WordStore::Scratch> scratch(static_cast<std::size_t>(resources_.threads));
  for_each_block([&](std::size_t block, int worker) {
    words_->read(block, scratch[static_cast<std::size_t>(worker)],
                 [&](std::span<const TokenId> ids, std::uint64_t weight) { segments->add(worker, ids, weight); });
  });
  segments->finish();
  if (segments->was_raised()) {
    step_ = std::max(kLeastStep, step_ / 2);
  } else if (segments->fill() < kHardlyFull) {
    step_ = std::min(kMostStep, step_ * 2);
  }
  hot_ = segments->hot();
  below_ = hot_->threshold();
  sums.reset();

  MergeLearner learner([&](const MergeLearner::Visit& visit) { segments->for_each(visit); });
  segments.reset();
  LearnOptions options = options_;
  options.min_count = std::max<std::uint64_t>(options_.min_count, below_);
  options.lengths = lengths_;
  options.absent = absent_;
  return learner.learn(vocabulary_, options, progress);
}

std::vector<LearnedMerge> Rounds::run(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  std::vector<LearnedMerge> all, last;
  auto sums = std::make_unique<PairSums>(sums_memory(resources_));
  sum_pairs(*sums);
  for (;;) {
    last = learn_round(std::move(sums), progress);
    trim_memory();
    lengths_.resize(vocabulary_.size(), 0);
    for (const LearnedMerge& merge : last) {
      lengths_[merge.result] = lengths_[merge.pair.left] + lengths_[merge.pair.right];
      std::erase(absent_, merge.result);
    }
    all.insert(all.end(), last.begin(), last.end());
    if (progress) progress(vocabulary_.size(), options_.max_tokens);
    if (vocabulary_.size() >= options_.max_tokens || below_ <= floor()) return all;
    sums = std::make_unique<PairSums>(sums_memory(resources_));
    apply_and_sum(last, *sums);
  }
}

}  // namespace

std::vector<LearnedMerge> learn_in_rounds(std::unique_ptr<WordStore> words, std::vector<std::string>& vocabulary, const LearnOptions& options,
                                          const LearnResources& resources, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  if (vocabulary.size() >= options.max_tokens) return {};
  return Rounds(std::move(words), vocabulary, options, resources).run(progress);
}

bool fits_into_memory(std::uint64_t symbols, std::uint64_t words_memory, const LearnResources& resources) {
  if (symbols > std::min(resources.memory / kLearnerBytesPerSymbol, kMostInMemory)) return false;
  return words_memory <= resources.memory && symbols * sizeof(TokenId) <= resources.memory - words_memory;
}

std::vector<LearnedMerge> learn_merges(const MergeLearner::WordSource& source, std::uint64_t symbols, std::vector<std::string>& vocabulary,
                                       const LearnOptions& options, const LearnResources& resources, const std::function<void()>& release,
                                       const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  if (fits_into_memory(symbols, 0, resources)) {
    MergeLearner learner(source);
    if (release) release();
    return learner.learn(vocabulary, options, progress);
  }
  auto words = std::make_unique<WordStore>(resources.tmpdir);
  WordStore::Writer writer(*words);
  source([&](std::span<const TokenId> ids, std::uint64_t weight) {
    if (ids.size() > 1) writer.add(ids, weight);
  });
  writer.finish();
  if (release) release();
  return learn_in_rounds(std::move(words), vocabulary, options, resources, progress);
}

}  // namespace quern::bpe
