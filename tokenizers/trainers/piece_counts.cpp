#include "tokenizers/trainers/piece_counts.h"

#include <xxhash.h>

#include <algorithm>

namespace quern {
namespace {

constexpr std::size_t kFirstSlots = 1 << 12;
constexpr std::size_t kChunk = std::size_t{1} << 20;

// Three quarters full is where linear probing starts to hurt.
bool is_crowded(std::size_t used, std::size_t slots) { return used * 4 >= slots * 3; }

}  // namespace

PieceCounts::PieceCounts() : short_(kFirstSlots), long_(kFirstSlots) {}

void PieceCounts::add(std::string_view piece, std::size_t readable, std::uint64_t count) {
  total_ += count;
  if (piece.size() > kShortPiece) return add_long(piece, XXH3_64bits(piece.data(), piece.size()), count);
  add_short(readable >= sizeof(PieceKey) ? make_key_readable(piece.data(), piece.size())
                                              : make_key(piece.data(), piece.size()),
            count);
}

void PieceCounts::add(const PieceCounts& other) {
  // Made large first: entries that arrive in the order of their hash would pile up in a table smaller than theirs.
  while (is_crowded(short_used_ + other.short_used_, short_.size())) grow_short();
  while (is_crowded(long_used_ + other.long_used_, long_.size())) grow_long();
  for (const Short& entry : other.short_) {
    if (entry.count != 0) add_short(entry.key, entry.count);
  }
  for (const Long& entry : other.long_) {
    if (entry.count != 0) add_long({entry.data, entry.size}, entry.hash, entry.count);
  }
  total_ += other.total_;
}

void PieceCounts::add_short(const PieceKey& key, std::uint64_t count) {
  const std::size_t mask = short_.size() - 1;
  for (std::size_t i = hash(key) & mask;; i = (i + 1) & mask) {
    Short& entry = short_[i];
    if (entry.count != 0 && entry.key == key) {
      entry.count += count;
      return;
    }
    if (entry.count == 0) {
      entry = {key, count};
      if (is_crowded(++short_used_, short_.size())) grow_short();
      return;
    }
  }
}

void PieceCounts::add_long(std::string_view piece, std::uint64_t hash, std::uint64_t count) {
  const std::size_t mask = long_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    Long& entry = long_[i];
    if (entry.count == 0) {
      entry = {store(piece), hash, count, piece.size()};
      if (is_crowded(++long_used_, long_.size())) grow_long();
      return;
    }
    if (entry.hash == hash && std::string_view(entry.data, entry.size) == piece) {
      entry.count += count;
      return;
    }
  }
}

void PieceCounts::grow_short() {
  std::vector<Short> bigger(short_.size() * 2);
  const std::size_t mask = bigger.size() - 1;
  for (const Short& entry : short_) {
    if (entry.count == 0) continue;
    std::size_t i = hash(entry.key) & mask;
    while (bigger[i].count != 0) i = (i + 1) & mask;
    bigger[i] = entry;
  }
  short_ = std::move(bigger);
}

void PieceCounts::grow_long() {
  std::vector<Long> bigger(long_.size() * 2);
  const std::size_t mask = bigger.size() - 1;
  for (const Long& entry : long_) {
    if (entry.count == 0) continue;
    std::size_t i = entry.hash & mask;
    while (bigger[i].count != 0) i = (i + 1) & mask;
    bigger[i] = entry;
  }
  long_ = std::move(bigger);
}

const char* PieceCounts::store(std::string_view piece) {
  if (piece.size() > arena_left_) {
    const std::size_t size = std::max(kChunk, piece.size());
    arena_.emplace_back(new char[size]);
    arena_left_ = size;
    arena_bytes_ += size;
  }
  const std::size_t chunk = std::max(kChunk, piece.size());
  char* const place = arena_.back().get() + (chunk == kChunk ? kChunk - arena_left_ : 0);
  std::memcpy(place, piece.data(), piece.size());
  arena_left_ -= piece.size();
  return place;
}

std::size_t PieceCounts::memory() const {
  return short_.size() * sizeof(Short) + long_.size() * sizeof(Long) + arena_bytes_;
}

}  // namespace quern
