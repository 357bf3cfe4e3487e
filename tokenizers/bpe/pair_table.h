// The tracked pairs of a BPE training: count and positions by (left id, right id). Open addressing; a dropped pair keeps
// its slot until the table is next made larger. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tokenizers/definition.h"

namespace quern::bpe {

using PairKey = std::uint64_t;  // left << 32 | right: ordered as the tie rule wants it
inline PairKey pair_key(TokenId left, TokenId right) { return PairKey{left} << 32 | right; }
inline TokenId left_of(PairKey key) { return static_cast<TokenId>(key >> 32); }
inline TokenId right_of(PairKey key) { return static_cast<TokenId>(key); }

inline std::uint64_t scatter(PairKey key) {
  key *= 0x9E3779B97F4A7C15u;
  return key ^ key >> 29;
}

struct TrackedPair {
  std::uint64_t count = 0;  // 0: dropped
  std::unique_ptr<std::uint32_t[]> positions;
  std::uint32_t listed = 0;
};

class PairTable {
 public:
  PairTable() : slots_(kFirstSlots) {}

  // nullptr when the pair is not tracked.
  TrackedPair* find(PairKey key) {
    for (std::size_t i = scatter(key) & mask();; i = (i + 1) & mask()) {
      if (slots_[i].key == key) return slots_[i].pair.count != 0 ? &slots_[i].pair : nullptr;
      if (slots_[i].key == kEmpty) return nullptr;
    }
  }

  // Tracks a pair that is not tracked yet, with room for `places` positions. The pointer holds until the next call.
  TrackedPair* track(PairKey key, std::uint64_t count, std::uint32_t places) {
    if ((used_ + 1) * 3 >= slots_.size() * 2) grow();
    Slot& slot = slot_for(key);
    if (slot.key == kEmpty) ++used_;
    slot.key = key;
    slot.pair = {count, std::make_unique_for_overwrite<std::uint32_t[]>(places), 0};
    return &slot.pair;
  }

  static void drop(TrackedPair& pair) { pair = {}; }
  void clear() { slots_ = std::vector<Slot>(kFirstSlots), used_ = 0; }

 private:
  static constexpr PairKey kEmpty = ~PairKey{0};  // no token has the id 2^32 - 1
  static constexpr std::size_t kFirstSlots = 1 << 16;
  struct Slot {
    PairKey key = kEmpty;
    TrackedPair pair;
  };

  std::size_t mask() const { return slots_.size() - 1; }
  Slot& slot_for(PairKey key) {
    std::size_t i = scatter(key) & mask();
    while (slots_[i].key != kEmpty && slots_[i].key != key) i = (i + 1) & mask();
    return slots_[i];
  }
  void grow() {
    std::size_t live = 0;
    for (const Slot& slot : slots_) live += slot.pair.count != 0;
    std::vector<Slot> old(live * 3 >= slots_.size() ? slots_.size() * 2 : slots_.size());
    old.swap(slots_);
    used_ = 0;
    for (Slot& slot : old) {
      if (slot.pair.count == 0) continue;
      slot_for(slot.key) = std::move(slot);
      ++used_;
    }
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace quern::bpe
