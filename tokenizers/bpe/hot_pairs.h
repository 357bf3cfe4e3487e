// Which pairs of neighbours are frequent enough to matter, in a fixed amount of memory.
//
//   PairSums sums(bytes);
//   PairSums::Adder adder(sums);                       // one per thread
//   adder.add(left, right, weight); …                  // every pair of neighbours of every word
//   adder.flush();
//   const HotPairs hot(sums, 1000);
//   if (hot(left, right)) …                            // always true for a pair that was seen 1000 times or more
//
// Pairs are added up twice, by two hashes of theirs, so a sum is that of a pair or more; a pair of which either sum is below the
// threshold is surely rarer than it (Cormode & Muthukrishnan 2005). Sums stop at 2^32 - 1. HotPairs is immutable and holds one bit
// for each sum.
#pragma once

#include <array>
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
      Slot& slot = slots_[hash & (kSlots - 1)];
      if (slot.key == key) {
        slot.sum += weight;
        return;
      }
      if (slot.sum != 0) pass_on(slot.hash, slot.sum);
      slot = {key, hash, weight};
    }
    void flush();

   private:
    static constexpr std::size_t kSlots = 1 << 12, kWaiting = 32;
    struct Slot {
      PairKey key = ~PairKey{0};
      std::uint64_t hash = 0, sum = 0;
    };
    struct Waiting {
      std::uint64_t hash = 0, sum = 0;
    };
    // Each sum is a cache miss: it is fetched now and changed when the next few are on their way.
    void pass_on(std::uint64_t hash, std::uint64_t sum) {
      Waiting& oldest = waiting_[next_++ % kWaiting];
      if (oldest.sum != 0) sums_->add(oldest.hash, oldest.sum);
      oldest = {hash, sum};
      sums_->prefetch(hash);
    }

    PairSums* sums_;
    std::vector<Slot> slots_;
    std::array<Waiting, kWaiting> waiting_{};
    std::size_t next_ = 0;
  };

  std::uint32_t largest() const;

 private:
  friend class HotPairs;
  static std::uint64_t hash_of(PairKey key) {
    key *= 0x9E3779B97F4A7C15u;
    key ^= key >> 32;
    return key * 0xD6E8FEB86659FD93u;
  }
  // Of `size` places, at most 2^32, the hash's.
  static std::uint64_t place(std::uint64_t hash, std::uint64_t size) { return (hash >> 32) * size >> 32; }
  static std::uint64_t second(std::uint64_t hash) { return (hash ^ hash >> 29) * 0xBF58476D1CE4E5B9u; }
  void add(std::uint64_t hash, std::uint64_t weight) {
    add_to(sums_[place(hash, size_)], weight);
    add_to(sums_[size_ + place(second(hash), size_)], weight);
  }
  void prefetch(std::uint64_t hash) const {
    __builtin_prefetch(&sums_[place(hash, size_)], 1);
    __builtin_prefetch(&sums_[size_ + place(second(hash), size_)], 1);
  }
  static void add_to(std::atomic<std::uint32_t>& sum, std::uint64_t weight);

  std::size_t size_;  // of the sums of one hash; those of the other follow
  std::unique_ptr<std::atomic<std::uint32_t>[]> sums_;
};

class HotPairs {
 public:
  HotPairs(const PairSums& sums, std::uint32_t threshold);

  std::uint32_t threshold() const { return threshold_; }
  bool operator()(TokenId left, TokenId right) const {
    const std::uint64_t hash = PairSums::hash_of(pair_key(left, right));
    return has(PairSums::place(hash, size_)) && has(size_ + PairSums::place(PairSums::second(hash), size_));
  }

 private:
  bool has(std::uint64_t i) const { return (bits_[i >> 6] >> (i & 63) & 1) != 0; }

  std::uint32_t threshold_;
  std::size_t size_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace quern::bpe
