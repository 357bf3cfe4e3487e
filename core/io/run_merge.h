// Sorted runs as one: the k-way merge, with the counts of equal strings added up.
//
//   RunMerge merge(std::move(sources));
//   while (merge.next()) use(merge.key(), merge.count());
//
// A loser tree: each step costs log2(k) comparisons, most of them of the first eight bytes only. The sum is checked: beyond 2^64
// it is Error{unsupported}. Merging merges gives the same as merging all at once. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/count_source.h"

namespace quern {

class RunMerge final : public CountSource {
 public:
  explicit RunMerge(std::vector<std::unique_ptr<CountSource>> sources);
  bool next() override;

 private:
  struct Lane {
    std::unique_ptr<CountSource> source;
    std::uint64_t leading = 0;  // the first eight bytes of its key, as a number that sorts like them
    bool ended = false;
  };
  bool before(std::size_t a, std::size_t b) const;
  void advance(Lane& lane);
  void replay(std::size_t lane);

  std::vector<Lane> lanes_;
  std::vector<std::size_t> losers_;  // of the inner nodes 1 … k-1; the winner at 0
  std::string current_;
  bool started_ = false;
};

}  // namespace quern
