#include "corpora/duplicate_counter.h"

#include <xxhash.h>

namespace quern {
namespace {

constexpr std::size_t kFirstSlots = 1024;

// The slot where key is, or where it would go. There is always an empty one.
std::size_t slot_of(const std::vector<Hash128>& slots, Hash128 key) {
  const std::size_t mask = slots.size() - 1;
  std::size_t i = key.low & mask;
  while (!(slots[i] == key) && !(slots[i] == Hash128{})) i = (i + 1) & mask;
  return i;
}

}  // namespace

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

DuplicateCounter::DuplicateCounter(std::uint64_t memory_budget) : budget_(memory_budget), slots_(kFirstSlots) {}

void DuplicateCounter::add(Hash128 key) {
  if (!complete_) return;
  if (key == Hash128{}) key.low = 1;  // zero marks an empty slot
  std::size_t slot = slot_of(slots_, key);
  if (slots_[slot] == Hash128{}) {
    if (distinct_ >= slots_.size() / 8 * 7) {
      if (!grow()) return;
      slot = slot_of(slots_, key);
    }
    slots_[slot] = key;
    ++distinct_;
  }
  ++counted_;
}

// Twice the slots; both tables are there for a moment.
bool DuplicateCounter::grow() {
  if (3 * slots_.size() * sizeof(Hash128) > budget_) return complete_ = false;
  std::vector<Hash128> larger(2 * slots_.size());
  for (const Hash128& key : slots_) {
    if (!(key == Hash128{})) larger[slot_of(larger, key)] = key;
  }
  slots_.swap(larger);
  return true;
}

}  // namespace quern
