#include "tokenizers/bpe/segments.h"

#include <algorithm>

#include "core/error.h"
#include "tokenizers/bpe/word_store.h"

namespace quern::bpe {
namespace {

constexpr std::uint64_t kLeastTable = std::uint64_t{512} << 10;

}  // namespace

SegmentCounts::SegmentCounts(const PairSums& sums, std::uint32_t threshold, std::uint32_t below, const Limits& limits)
    : sums_(sums),
      below_(below),
      table_limit_(std::max(limits.memory / static_cast<std::uint64_t>(limits.workers), kLeastTable)),
      cell_limit_(std::max<std::uint64_t>(limits.cells / static_cast<std::uint64_t>(limits.workers), 1)),
      hot_(std::make_shared<const HotPairs>(sums, threshold)) {
  for (int i = 0; i < limits.workers; ++i) workers_.push_back({CountTable(table_limit_), 0, hot_, {}});
}

void SegmentCounts::decode(std::string_view code, std::vector<TokenId>& ids) {
  ids.clear();
  const auto* p = reinterpret_cast<const unsigned char*>(code.data());
  for (const auto* const end = p + code.size(); p < end;) ids.push_back(read_token(p));
}

void SegmentCounts::add(Worker& worker, std::span<const TokenId> ids, std::uint64_t weight) {
  for (std::size_t begin = 0; begin < ids.size();) {
    std::size_t end = begin + 1;
    while (end < ids.size() && (*worker.hot)(ids[end - 1], ids[end])) ++end;
    if (end - begin >= 2 && !add_segment(worker, ids.subspan(begin, end - begin), weight)) {
      raise(worker);
      continue;  // the same place by the new threshold
    }
    begin = end;
  }
}

bool SegmentCounts::add_segment(Worker& worker, std::span<const TokenId> segment, std::uint64_t weight) {
  if (worker.cells > cell_limit_) return false;
  worker.code.clear();
  for (const TokenId id : segment) append_token(worker.code, id);
  const std::size_t before = worker.table.distinct();
  if (!worker.table.add(worker.code, 0, weight)) return false;
  if (worker.table.distinct() != before) worker.cells += segment.size() + 1;
  return true;
}

void SegmentCounts::raise(Worker& worker) {
  do {
    {
      const std::lock_guard lock(mutex_);
      const std::uint32_t now = hot_->threshold();
      if (worker.hot->threshold() == now) {  // else another thread has raised it
        // In small steps, so that the round does as much as there is memory for; cutting again is quick beside reading all words.
        const std::uint32_t higher = std::min(below_ - 1, now > PairSums::kMost / 2 ? PairSums::kMost : now + now / 5 + 1);
        if (higher <= now) {
          throw Error(ErrorCode::memory, "even the pairs that are seen " + std::to_string(now) + " times have too many neighbours for the memory allowed")
              .remedy("raise --memory, or use fewer threads");
        }
        hot_ = std::make_shared<const HotPairs>(sums_, higher);
        raised_ = true;
      }
      worker.hot = hot_;
    }
    cut_again(worker);
  } while (worker.table.memory() > table_limit_ / 4 * 3 || worker.cells > cell_limit_ / 4 * 3);
}

// By the worker's threshold; parts may be more than the wholes were, so the limit is looked at behind it. What is cold at a lower one is cold at a higher, so this is what the words themselves would give.
void SegmentCounts::cut_again(Worker& worker) {
  const std::lock_guard one_at_a_time(cutting_);  // for each needs as much memory again
  Worker fresh{CountTable(), 0, worker.hot, {}};
  std::vector<TokenId> ids;
  worker.table.for_each([&](std::string_view code, std::uint64_t weight) {
    decode(code, ids);
    const std::span<const TokenId> whole(ids);
    for (std::size_t begin = 0, end; begin < ids.size(); begin = end) {
      end = begin + 1;
      while (end < ids.size() && (*fresh.hot)(ids[end - 1], ids[end])) ++end;
      if (end - begin < 2) continue;
      fresh.code.clear();
      for (const TokenId id : whole.subspan(begin, end - begin)) append_token(fresh.code, id);
      const std::size_t before = fresh.table.distinct();
      (void)fresh.table.add(fresh.code, 0, weight);
      if (fresh.table.distinct() != before) fresh.cells += end - begin + 1;
    }
  });
  worker = std::move(fresh);
  worker.table.set_limit(table_limit_);
}

void SegmentCounts::finish() {
  for (Worker& worker : workers_) {
    if (worker.hot == hot_) continue;
    worker.hot = hot_;
    cut_again(worker);
  }
}

double SegmentCounts::fill() const {
  double most = 0;
  for (const Worker& worker : workers_) {
    most = std::max({most, static_cast<double>(worker.table.memory()) / static_cast<double>(table_limit_),
                     static_cast<double>(worker.cells) / static_cast<double>(cell_limit_)});
  }
  return most;
}

}  // namespace quern::bpe
