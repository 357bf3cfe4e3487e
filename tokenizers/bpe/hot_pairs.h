// Which pairs of neighbours are frequent enough to matter, in a fixed amount of memory.
//
//   PairSums sums(bytes);
//   PairSums::Adder adder(sums);                       // one per thread
//   adder.add(left, right, weight); …                  // every pair of neighbours of every word
//   adder.flush();
//   const HotPairs hot(sums, 1000);
//   if (hot(left, right)) …                            // always true for a pair that was seen 1000 times or more
//
// Pairs are added up by a hash of theirs, so a sum is that of a pair or more; a pair whose sum is below the threshold is surely
// rarer than it. Sums stop at 2^32 - 1. HotPairs is immutable and holds one bit for each sum.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "tokenizers/bpe/pair_table.h"

namespace quern::bpe {

class PairSums {
 public:
  static constexpr std::uint32_t kMost = 0xFFFFFFFF;

  explicit PairSums(std::uint64_t memory);  // bytes, about

  // Keeps what a thread adds to frequent pairs to itself for a while, so that threads do not fight over them.
  class Adder {
   public:
    explicit Adder(PairSums& sums) : sums_(&sums), slots_(kSlots) {}
    void add(TokenId left, TokenId right, std::uint64_t weight) {
      const PairKey key = pair_key(left, right);
      const std::uint64_t hash = hash_of(key);
      Slot& slot = slots_[hash >> 32 & (kSlots - 1)];
      if (slot.key == key) {
        slot.sum += weight;
        return;
      }
      if (slot.sum != 0) sums_->add(slot.hash, slot.sum);
      slot = {key, hash, weight};
    }
    void flush();

   private:
    static constexpr std::size_t kSlots = 1 << 12;
    struct Slot {
      PairKey key = ~PairKey{0};
      std::uint64_t hash = 0, sum = 0;
    };
    PairSums* sums_;
    std::vector<Slot> slots_;
  };

  std::uint32_t largest() const;

 private:
  friend class HotPairs;
  static std::uint64_t hash_of(PairKey key) {
    key *= 0x9E3779B97F4A7C15u;
    key ^= key >> 32;
    return key * 0xD6E8FEB86659FD93u;
  }
  void add(std::uint64_t hash, std::uint64_t weight);

  int shift_;
  std::size_t size_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> sums_;
};

class HotPairs {
 public:
  HotPairs(const PairSums& sums, std::uint32_t threshold);

  std::uint32_t threshold() const { return threshold_; }
  bool operator()(TokenId left, TokenId right) const {
    const std::uint64_t i = PairSums::hash_of(pair_key(left, right)) >> shift_;
    return (bits_[i >> 6] >> (i & 63) & 1) != 0;
  }

 private:
  std::uint32_t threshold_;
  int shift_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace quern::bpe
