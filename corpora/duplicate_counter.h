// How many of many keys were there before, exactly, by their 128-bit hashes: 16 bytes and some slack a distinct key.
//
//   DuplicateCounter duplicates(memory_budget);
//   duplicates.add(hash128(record));
//   duplicates.repeated();        // of duplicates.counted() keys
//
// When the next growth would exceed the budget it stops: later keys are not looked at, and is_complete() says so. Which
// keys those are depends on the budget alone. Two different records share a hash with probability below 10^-14 for
// 10^12 records. One thread at a time.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace quern {

struct Hash128 {
  std::uint64_t low = 0, high = 0;
  bool operator==(const Hash128& other) const { return low == other.low && high == other.high; }
};

Hash128 hash128(std::string_view bytes);  // XXH3

class DuplicateCounter {
 public:
  explicit DuplicateCounter(std::uint64_t memory_budget);
  void add(Hash128 key);
  std::uint64_t repeated() const { return counted_ - distinct_; }
  std::uint64_t counted() const { return counted_; }
  bool is_complete() const { return complete_; }

 private:
  bool grow();

  std::uint64_t budget_;
  std::vector<Hash128> slots_;  // linear probing; all zero: empty
  std::uint64_t distinct_ = 0, counted_ = 0;
  bool complete_ = true;
};

}  // namespace quern
