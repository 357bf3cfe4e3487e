#include "core/count_table.h"

#include <xxhash.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"

namespace quern {
namespace {

constexpr std::size_t kFirstSlots = 1 << 12;
constexpr std::size_t kChunk = std::size_t{1} << 18;

// Three quarters full is where linear probing starts to hurt.
bool is_crowded(std::size_t used, std::size_t slots) { return used * 4 >= slots * 3; }

std::uint64_t big_endian(std::uint64_t word) { return __builtin_bswap64(word); }

// The first eight bytes as a number that sorts like them; shorter strings are filled up with zeros.
std::uint64_t leading(std::string_view bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data(), std::min(bytes.size(), sizeof word));
  return big_endian(word);
}

}  // namespace

CountTable::CountTable(std::size_t limit) : limit_(limit), short_(kFirstSlots), long_(kFirstSlots) {}

std::size_t CountTable::memory() const { return short_.size() * sizeof(Short) + long_.size() * sizeof(Long) + arena_bytes_; }

bool CountTable::has_room(std::size_t more) const { return distinct() == 0 || (memory() <= limit_ && more <= limit_ - memory()); }

void CountTable::refuse_overflow() { throw Error(ErrorCode::unsupported, "counts add up to more than 2^64"); }

template <class Entry, class HashOf>
void CountTable::double_table(std::vector<Entry>& table, HashOf hash_of) {
  std::vector<Entry> bigger(table.size() * 2);
  const std::size_t mask = bigger.size() - 1;
  for (const Entry& entry : table) {
    if (entry.count == 0) continue;
    std::size_t i = hash_of(entry) & mask;
    while (bigger[i].count != 0) i = (i + 1) & mask;
    bigger[i] = entry;
  }
  table = std::move(bigger);
}

bool CountTable::insert_short(const PieceKey& key, std::uint64_t count, Short& entry) {
  if (count == 0) return true;
  if (!has_room(0)) return false;
  if (is_crowded(short_used_ + 1, short_.size())) {
    if (!has_room(2 * short_.size() * sizeof(Short))) return false;
    double_table(short_, [](const Short& e) { return quern::hash(e.key); });
    return add_short(key, count);
  }
  ++short_used_;
  entry = {key, 0};
  return add_to(entry.count, count);
}

std::uint64_t CountTable::hash_long(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

bool CountTable::add_long(std::string_view bytes, std::uint64_t hash, std::uint64_t count) {
  const std::size_t mask = long_.size() - 1;
  std::size_t i = hash & mask;
  for (; long_[i].count != 0; i = (i + 1) & mask) {
    Long& entry = long_[i];
    if (entry.hash == hash && std::string_view(entry.data, entry.size) == bytes) return add_to(entry.count, count);
  }
  if (count == 0) return true;
  if (!has_room(0)) return false;
  if (is_crowded(long_used_ + 1, long_.size())) {
    if (!has_room(2 * long_.size() * sizeof(Long))) return false;
    double_table(long_, [](const Long& e) { return e.hash; });
    return add_long(bytes, hash, count);
  }
  if (bytes.size() > arena_left_ && !has_room(std::max(kChunk, bytes.size()))) return false;
  long_[i] = {store(bytes), hash, 0, bytes.size()};
  ++long_used_;
  return add_to(long_[i].count, count);
}

void CountTable::add(const CountTable& other) {
  const std::size_t limit = std::exchange(limit_, std::numeric_limits<std::size_t>::max());
  // Made large first: entries that arrive in the order of their hash would pile up in a table smaller than theirs.
  while (is_crowded(short_used_ + other.short_used_, short_.size())) double_table(short_, [](const Short& e) { return quern::hash(e.key); });
  while (is_crowded(long_used_ + other.long_used_, long_.size())) double_table(long_, [](const Long& e) { return e.hash; });
  for (const Short& entry : other.short_) {
    if (entry.count != 0) (void)add_short(entry.key, entry.count);
  }
  for (const Long& entry : other.long_) {
    if (entry.count != 0) (void)add_long({entry.data, entry.size}, entry.hash, entry.count);
  }
  limit_ = limit;
}

// What is large has a chunk of its own; the rest of the chunk before it is given up only where it is small.
const char* CountTable::store(std::string_view bytes) {
  if (bytes.size() > arena_left_) {
    const std::size_t size = std::max(kChunk, bytes.size());
    arena_.emplace_back(new char[size]);
    arena_bytes_ += size;
    if (size > kChunk) {  // full at once: what was left of the chunk before stays in use
      std::memcpy(arena_.back().get(), bytes.data(), bytes.size());
      if (arena_.size() > 1) std::swap(arena_[arena_.size() - 1], arena_[arena_.size() - 2]);
      return arena_.size() > 1 ? arena_[arena_.size() - 2].get() : arena_.back().get();
    }
    arena_left_ = size;
  }
  char* const place = arena_.back().get() + (kChunk - arena_left_);
  std::memcpy(place, bytes.data(), bytes.size());
  arena_left_ -= bytes.size();
  return place;
}

void CountTable::clear() {
  // One that was hardly used gives its room to the other.
  const auto empty = [](auto& table, std::size_t used) {
    if (used < table.size() / 8) table = {};
    table.assign(std::max(table.size(), kFirstSlots), {});
  };
  empty(short_, short_used_);
  empty(long_, long_used_);
  short_used_ = long_used_ = 0;
  total_ = 0;
  arena_.clear();
  arena_left_ = arena_bytes_ = 0;
}

void CountTable::sort() {
  const auto is_used = [](const auto& entry) { return entry.count != 0; };
  const auto short_end = std::partition(short_.begin(), short_.end(), is_used);
  // The zeros behind the bytes, and then the length in the last place, sort a prefix first.
  std::sort(short_.begin(), short_end, [](const Short& a, const Short& b) {
    return a.key.low != b.key.low ? big_endian(a.key.low) < big_endian(b.key.low) : big_endian(a.key.high) < big_endian(b.key.high);
  });
  const auto long_end = std::partition(long_.begin(), long_.end(), is_used);
  for (auto entry = long_.begin(); entry != long_end; ++entry) entry->hash = leading({entry->data, entry->size});
  std::sort(long_.begin(), long_end, [](const Long& a, const Long& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return std::string_view(a.data, a.size) < std::string_view(b.data, b.size);
  });
}

bool CountTable::Cursor::next() {
  const bool has_short = short_ < table_->short_used_, has_long = long_ < table_->long_used_;
  if (!has_short && !has_long) return false;
  const std::string_view short_key = has_short ? bytes_of(table_->short_[short_]) : std::string_view();
  const Long* const entry = has_long ? &table_->long_[long_] : nullptr;
  const std::string_view long_key = has_long ? std::string_view(entry->data, entry->size) : std::string_view();
  if (has_short && (!has_long || short_key < long_key)) {
    key_ = short_key;
    count_ = table_->short_[short_++].count;
  } else {
    key_ = long_key;
    count_ = entry->count;
    ++long_;
  }
  return true;
}

}  // namespace quern
