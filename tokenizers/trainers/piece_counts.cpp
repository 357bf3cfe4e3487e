#include "tokenizers/trainers/piece_counts.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace quern {
namespace {

constexpr std::size_t kLongestShort = 15;
constexpr std::size_t kFirstSlots = 1 << 12;
constexpr std::size_t kChunk = std::size_t{1} << 20;

static_assert(std::endian::native == std::endian::little, "the 16-byte key keeps a piece's bytes in memory order");

std::uint64_t mix(std::uint64_t low, std::uint64_t high) {
  const auto product = static_cast<unsigned __int128>(low ^ 0x9E3779B97F4A7C15u) * (high ^ 0xC2B2AE3D27D4EB4Fu);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Three quarters full is where linear probing starts to hurt.
bool is_crowded(std::size_t used, std::size_t slots) { return used * 4 >= slots * 3; }

}  // namespace

void PieceCounts::Short::copy(char* bytes) const {
  std::memcpy(bytes, &low, 8);
  std::memcpy(bytes + 8, &high, 8);
}

PieceCounts::PieceCounts() : short_(kFirstSlots), long_(kFirstSlots) {}

void PieceCounts::add(std::string_view piece, std::size_t readable, std::uint64_t count) {
  total_ += count;
  if (piece.size() > kLongestShort) return add_long(piece, XXH3_64bits(piece.data(), piece.size()), count);
  std::uint64_t low = 0, high = 0;
  if (readable >= 16) {
    std::memcpy(&low, piece.data(), 8);
    std::memcpy(&high, piece.data() + 8, 8);
    const unsigned bits = static_cast<unsigned>(piece.size()) * 8;
    low = bits >= 64 ? low : low & ((std::uint64_t{1} << bits) - 1);
    high = bits <= 64 ? 0 : high & ((std::uint64_t{1} << (bits - 64)) - 1);
  } else {
    char bytes[16] = {};
    std::memcpy(bytes, piece.data(), piece.size());
    std::memcpy(&low, bytes, 8);
    std::memcpy(&high, bytes + 8, 8);
  }
  add_short(low, high | std::uint64_t{piece.size()} << 56, count);
}

void PieceCounts::add(const PieceCounts& other) {
  for (const Short& entry : other.short_) {
    if (entry.count != 0) add_short(entry.low, entry.high, entry.count);
  }
  for (const Long& entry : other.long_) {
    if (entry.count != 0) add_long({entry.data, entry.size}, entry.hash, entry.count);
  }
  total_ += other.total_;
}

void PieceCounts::add_short(std::uint64_t low, std::uint64_t high, std::uint64_t count) {
  const std::size_t mask = short_.size() - 1;
  for (std::size_t i = mix(low, high) & mask;; i = (i + 1) & mask) {
    Short& entry = short_[i];
    if (entry.count != 0 && entry.low == low && entry.high == high) {
      entry.count += count;
      return;
    }
    if (entry.count == 0) {
      entry = {low, high, count};
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
    std::size_t i = mix(entry.low, entry.high) & mask;
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
