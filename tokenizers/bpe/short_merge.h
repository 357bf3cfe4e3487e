// Merging a few dozen symbols: a row of keys is quicker to search from end to end than a heap is to keep.
//
// A key is rank << 6 | position, so the least of them is the next merge, ties to the left, and says where it is. Keys and
// ids stay packed: what stands behind a merge moves up by one, its keys counted down. Both rows are walked in vectors and
// padded to whole ones.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "tokenizers/bpe/merge_table.h"

namespace quern::bpe {

class ShortMerge {
 public:
  static constexpr std::size_t kMost = 64;                          // symbols
  static constexpr std::uint32_t kRankLimit = std::uint32_t{1} << 25;  // ranks are below

  TokenId* ids() { return ids_.data(); }

  // Ranks of neighbours, set from left to right; `size` symbols in all.
  void set_rank(std::size_t i, std::uint32_t rank) { keys_[i] = key(rank, i); }

  // merges.rank(left, right), merges.result(rank): merger.h
  template <class Merges>
  std::size_t run(std::size_t size, const Merges& merges) {
    std::fill_n(keys_.begin() + static_cast<std::ptrdiff_t>(size) - 1, kLanes + 1, kNoKey);
    while (size > 1) {
      const std::uint32_t least = lowest(size - 1);
      if (least >= kNoMerge) break;
      const std::size_t at = least & (kMost - 1);
      ids_[at] = merges.result(least >> kPositionBits);
      --size;
      close_gap(at + 1, size);
      keys_[at] = at + 1 < size ? key(merges.rank(ids_[at], ids_[at + 1]), at) : kNoKey;
      if (at > 0) keys_[at - 1] = key(merges.rank(ids_[at - 1], ids_[at]), at - 1);
    }
    return size;
  }

 private:
  static constexpr int kPositionBits = 6;
  static constexpr std::size_t kLanes = 4;
  static constexpr std::uint32_t kNoKey = 0xFFFFFFFF;
  static constexpr std::uint32_t kNoMerge = kRankLimit << kPositionBits;  // kNoKey counted down stays above
  typedef std::uint32_t Lanes __attribute__((vector_size(kLanes * sizeof(std::uint32_t))));

  static std::uint32_t key(std::uint32_t rank, std::size_t position) {
    return rank == MergeTable::kNone ? kNoKey : rank << kPositionBits | static_cast<std::uint32_t>(position);
  }
  static Lanes load(const std::uint32_t* p) {
    Lanes lanes;
    std::memcpy(&lanes, p, sizeof lanes);
    return lanes;
  }
  static void store(std::uint32_t* p, Lanes lanes) { std::memcpy(p, &lanes, sizeof lanes); }

  std::uint32_t lowest(std::size_t count) const {
    Lanes least = load(keys_.data());
    for (std::size_t i = kLanes; i < count; i += kLanes) {
      const Lanes here = load(&keys_[i]);
      least = here < least ? here : least;
    }
    return std::min(std::min(least[0], least[1]), std::min(least[2], least[3]));
  }

  // Removes what stands at `gap`; `size` symbols are left.
  void close_gap(std::size_t gap, std::size_t size) {
    for (std::size_t i = gap; i < size; i += kLanes) {
      store(&ids_[i], load(&ids_[i + 1]));
      store(&keys_[i], load(&keys_[i + 1]) - 1);
    }
    keys_[size - 1] = kNoKey;
    std::memset(&keys_[size], 0xFF, kLanes * sizeof(std::uint32_t));
  }

  std::array<TokenId, kMost + 2 * kLanes> ids_;
  std::array<std::uint32_t, kMost + 2 * kLanes> keys_;
};

}  // namespace quern::bpe
