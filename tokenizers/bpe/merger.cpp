#include "tokenizers/bpe/merger.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/error.h"
#include "core/memory.h"

namespace quern::bpe {

void Merger::Scratch::resize(std::size_t size) {
  if (size >= kNone) {
    throw Error(ErrorCode::input, fmt::format("a piece of {} symbols is too long to merge", size))
        .remedy("use a tokenizer with a split pattern");
  }
  if (ids.size() >= size) return;
  if (size > memory / kBytesPerSymbol) {
    throw Error(ErrorCode::memory, fmt::format("a piece of {} bytes needs about {} to be merged, {} allowed", size,
                                               format_size(size * kBytesPerSymbol), format_size(memory)))
        .remedy("raise --memory, use fewer --threads, which share it, or a tokenizer that splits its text");
  }
  for (auto* array : {&ids, &lengths, &ranks, &previous, &next}) array->resize(size);
}

Merger::Merger(std::size_t vocabulary_size, std::size_t merges)
    : table_(vocabulary_size, merges), results_(merges, kNoToken) {
  if (std::max(vocabulary_size, merges) > kMostMerges) {
    throw Error(ErrorCode::unsupported, fmt::format("{} tokens and {} merges: BPE takes up to {} of either",
                                                    vocabulary_size, merges, kMostMerges));
  }
}

void Merger::add(Merge merge, std::uint32_t rank, TokenId result) {
  const bool is_first = table_.empty();
  table_.insert(merge.left, merge.right, rank);
  results_[rank] = result;
  if (is_first) first_result_ = result - rank;
  ids_follow_ranks_ = ids_follow_ranks_ && result == rank + first_result_;
}

void Merger::set_priorities(std::vector<std::uint32_t> priorities) { priorities_ = std::move(priorities); }

namespace {

// Nobody looks on.
struct NoObserver {
  static MergeObserver::Verdict judge() { return MergeObserver::Verdict::join; }
  static void could_join(TokenId, TokenId, TokenId) {}
};

}  // namespace

// One piece: a heap of pairs and a chain of symbols.
template <class Observer>
class Merger::Run {
 public:
  Run(const Merger& merger, Scratch& scratch, std::size_t size, Observer& observer)
      : merger_(merger), s_(scratch), size_(static_cast<std::uint32_t>(size)), observer_(observer) {}

  void join() {
    start();
    for (std::uint64_t entry; pop(entry);) {
      const auto verdict = observer_.judge();
      if (verdict == MergeObserver::Verdict::later) s_.passed_over.push_back(entry);
      if (verdict != MergeObserver::Verdict::join) continue;
      for (const std::uint64_t passed : s_.passed_over) push(passed);
      s_.passed_over.clear();
      if (is_current(entry)) join_at(static_cast<std::uint32_t>(entry));
    }
  }

 private:
  void start() {
    s_.queue.clear();
    s_.passed_over.clear();
    for (std::uint32_t i = 0; i < size_; ++i) {
      s_.previous[i] = i - 1;  // of the first: never asked for
      s_.next[i] = i + 1;
      if (look_at(i)) s_.queue.push_back(entry_of(i));
    }
    std::make_heap(s_.queue.begin(), s_.queue.end(), std::greater<>());
  }

  // Whether the symbol at `at` joins with the one behind it.
  bool look_at(std::uint32_t at) {
    s_.ranks[at] = s_.next[at] < size_ ? merger_.table_.find(s_.ids[at], s_.ids[s_.next[at]]) : kNone;
    if (s_.ranks[at] == kNone) return false;
    observer_.could_join(s_.ids[at], s_.ids[s_.next[at]], merger_.result(s_.ranks[at]));
    return true;
  }

  std::uint64_t entry_of(std::uint32_t at) const {
    return static_cast<std::uint64_t>(merger_.priority(s_.ranks[at])) << 32 | at;
  }
  void push(std::uint64_t entry) {
    s_.queue.push_back(entry);
    std::push_heap(s_.queue.begin(), s_.queue.end(), std::greater<>());
  }
  bool pop(std::uint64_t& entry) {
    if (s_.queue.empty()) return false;
    std::pop_heap(s_.queue.begin(), s_.queue.end(), std::greater<>());
    entry = s_.queue.back();
    s_.queue.pop_back();
    return true;
  }

  // Entries are never taken out of the heap when their pair goes: the pair that stands there now has another priority,
  // or the same, and then it is to be joined just now in any case.
  bool is_current(std::uint64_t entry) const {
    const std::uint32_t rank = s_.ranks[static_cast<std::uint32_t>(entry)];
    return rank != kNone && merger_.priority(rank) == entry >> 32;
  }

  void join_at(std::uint32_t at) {
    const std::uint32_t gone = s_.next[at];
    s_.ids[at] = merger_.result(s_.ranks[at]);
    s_.lengths[at] += s_.lengths[gone];
    s_.ranks[gone] = kNone;
    s_.next[at] = s_.next[gone];
    if (s_.next[at] < size_) s_.previous[s_.next[at]] = at;
    if (at > 0 && look_at(s_.previous[at])) push(entry_of(s_.previous[at]));
    if (look_at(at)) push(entry_of(at));
  }

  const Merger& merger_;
  Scratch& s_;
  const std::uint32_t size_;
  Observer& observer_;
};

void Merger::join(Scratch& scratch, std::size_t size) const {
  NoObserver nobody;
  Run<NoObserver>(*this, scratch, size, nobody).join();
}

void Merger::join(Scratch& scratch, std::size_t size, MergeObserver& observer) const {
  Run<MergeObserver>(*this, scratch, size, observer).join();
}

}  // namespace quern::bpe
