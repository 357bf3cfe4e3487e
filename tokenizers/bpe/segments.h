// The distinct segments of words between cold pairs (merge_rounds.h), with the sum of their weights, in bounded memory.
//
//   SegmentCounts segments(sums, threshold, below, limits);
//   segments.add(worker, ids, weight); …                              // any thread, each with its own worker number
//   segments.finish();
//   segments.for_each([&](std::span<const TokenId> ids, std::uint64_t weight) { … });
//
// When a worker's memory runs out, the threshold is raised for all, and segments are cut again. It stays below `below`, or it
// is Error{memory}. A segment may come once for each worker.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/count_table.h"
#include "tokenizers/bpe/hot_pairs.h"

namespace quern::bpe {

class SegmentCounts {
 public:
  struct Limits {
    int workers = 1;
    std::uint64_t memory = 0;  // of all tables
    std::uint64_t cells = 0;   // symbols of all segments, and one for each
  };
  SegmentCounts(const PairSums& sums, std::uint32_t threshold, std::uint32_t below, const Limits& limits);

  void add(int worker, std::span<const TokenId> ids, std::uint64_t weight) { add(workers_[static_cast<std::size_t>(worker)], ids, weight); }
  void finish();  // all by the same threshold

  template <class Visit>
  void for_each(Visit visit) const {
    std::vector<TokenId> ids;
    for (const Worker& worker : workers_) {
      worker.table.for_each([&](std::string_view code, std::uint64_t weight) {
        decode(code, ids);
        visit(std::span<const TokenId>(ids), weight);
      });
    }
  }
  const std::shared_ptr<const HotPairs>& hot() const { return hot_; }
  bool was_raised() const { return raised_; }
  double fill() const;  // how much of the limits is used, 0 to 1

 private:
  struct alignas(64) Worker {
    CountTable table;
    std::uint64_t cells = 0;
    std::shared_ptr<const HotPairs> hot;
    std::string code;
  };
  static void decode(std::string_view code, std::vector<TokenId>& ids);
  void add(Worker& worker, std::span<const TokenId> ids, std::uint64_t weight);
  bool add_segment(Worker& worker, std::span<const TokenId> segment, std::uint64_t weight);
  void raise(Worker& worker);
  void cut_again(Worker& worker);

  const PairSums& sums_;
  std::uint32_t below_;
  std::uint64_t table_limit_, cell_limit_;  // of one worker
  std::vector<Worker> workers_;
  std::mutex mutex_;    // of hot_
  std::mutex cutting_;  // again
  std::shared_ptr<const HotPairs> hot_;
  bool raised_ = false;
};

}  // namespace quern::bpe
