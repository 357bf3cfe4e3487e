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
  table_.insert(merge.left, merge.right, rank);
  results_[rank] = result;
}

void Merger::set_priorities(std::vector<std::uint32_t> priorities) { priorities_ = std::move(priorities); }

void Merger::start(Scratch& s, std::uint32_t size) const {
  s.queue.clear();
  for (std::uint32_t i = 0; i < size; ++i) {
    s.previous[i] = i - 1;  // of the first: never asked for
    s.next[i] = i + 1;
    s.ranks[i] = i + 1 < size ? table_.find(s.ids[i], s.ids[i + 1]) : kNone;
    if (s.ranks[i] != kNone) s.queue.push_back(static_cast<std::uint64_t>(priority(s.ranks[i])) << 32 | i);
  }
  std::make_heap(s.queue.begin(), s.queue.end(), std::greater<>());
}

void Merger::push(Scratch& s, std::uint32_t at, std::uint32_t size) const {
  s.ranks[at] = s.next[at] < size ? table_.find(s.ids[at], s.ids[s.next[at]]) : kNone;
  if (s.ranks[at] == kNone) return;
  s.queue.push_back(static_cast<std::uint64_t>(priority(s.ranks[at])) << 32 | at);
  std::push_heap(s.queue.begin(), s.queue.end(), std::greater<>());
}

bool Merger::pop(Scratch& s, std::uint64_t& entry) const {
  if (s.queue.empty()) return false;
  std::pop_heap(s.queue.begin(), s.queue.end(), std::greater<>());
  entry = s.queue.back();
  s.queue.pop_back();
  return true;
}

// Entries are never taken out of the heap when their pair goes: the pair that stands there now has another priority, or
// the same, and then it is to be joined just now in any case.
bool Merger::is_current(const Scratch& s, std::uint64_t entry) const {
  const std::uint32_t rank = s.ranks[static_cast<std::uint32_t>(entry)];
  return rank != kNone && priority(rank) == entry >> 32;
}

void Merger::join_at(Scratch& s, std::uint32_t at, std::uint32_t size) const {
  const std::uint32_t gone = s.next[at];
  s.ids[at] = results_[s.ranks[at]];
  s.lengths[at] += s.lengths[gone];
  s.ranks[gone] = kNone;
  s.next[at] = s.next[gone];
  if (s.next[at] < size) s.previous[s.next[at]] = at;
  push(s, at, size);
  if (at > 0) push(s, s.previous[at], size);
}

void Merger::join(Scratch& s, std::size_t count) const {
  const auto size = static_cast<std::uint32_t>(count);
  start(s, size);
  for (std::uint64_t entry; pop(s, entry);) {
    if (is_current(s, entry)) join_at(s, static_cast<std::uint32_t>(entry), size);
  }
}

void Merger::join(Scratch& s, std::size_t count, const std::function<bool()>& pass_over) const {
  const auto size = static_cast<std::uint32_t>(count);
  start(s, size);
  s.passed_over.clear();
  for (std::uint64_t entry; pop(s, entry);) {
    if (!is_current(s, entry)) continue;
    if (pass_over()) {
      s.passed_over.push_back(entry);
      continue;
    }
    for (const std::uint64_t passed : s.passed_over) {
      s.queue.push_back(passed);
      std::push_heap(s.queue.begin(), s.queue.end(), std::greater<>());
    }
    s.passed_over.clear();
    join_at(s, static_cast<std::uint32_t>(entry), size);
  }
}

}  // namespace quern::bpe
