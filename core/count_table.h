// Distinct byte strings and how often each was added, in bounded memory.
//
//   CountTable table(limit);                         // one per thread
//   if (!table.add(" grind")) { … empty it first … }
//   table.for_each([](std::string_view bytes, std::uint64_t count) { … });   // in no particular order
//
//   table.sort();                                    // in place; from now on it is only read, until clear()
//   CountTable::Cursor cursor(table);                // ascending by bytes
//   while (cursor.next()) use(cursor.key(), cursor.count());
//
// Two tables, because nearly all pieces of spaced scripts are short and hot, and nearly all pieces of unspaced ones are
// long and rare: short ones are their own key (core/piece_key.h), long ones are stored once in an arena. Sums are checked:
// a total beyond 2^64 is Error{unsupported}. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "core/count_source.h"
#include "core/piece_key.h"

namespace quern {

class CountTable {
 public:
  explicit CountTable(std::size_t limit = std::numeric_limits<std::size_t>::max());

  // False, and nothing is changed, when the bytes are new and would take memory() over the limit; an empty table takes
  // everything. `readable` is how many bytes may be read from bytes.data() on: 16 or more makes short ones faster.
  [[nodiscard]] bool add(std::string_view bytes, std::size_t readable = 0, std::uint64_t count = 1) {
    if (bytes.size() > kShortPiece) return add_long(bytes, hash_long(bytes), count);
    return add_short(readable >= sizeof(PieceKey) ? make_key_readable(bytes.data(), bytes.size())
                                                  : make_key(bytes.data(), bytes.size()),
                     count);
  }

  void add(const CountTable& other);  // whatever the limit

  std::size_t distinct() const { return short_used_ + long_used_; }
  std::uint64_t total() const { return total_; }
  std::size_t memory() const;  // what growing may need for a moment is within the limit too
  void clear();                // keeps the memory that was in use, but for the bytes
  void sort();
  void set_limit(std::size_t limit) { limit_ = limit; }  // of what is added from now on

  template <class Visit>
  void for_each(Visit visit) const {
    for (const Short& entry : short_) {
      if (entry.count != 0) visit(bytes_of(entry), entry.count);
    }
    for (const Long& entry : long_) {
      if (entry.count != 0) visit(std::string_view(entry.data, entry.size), entry.count);
    }
  }

  class Cursor;

 private:
  struct Short {
    PieceKey key{};
    std::uint64_t count = 0;  // 0: free
  };
  struct Long {
    const char* data = nullptr;
    std::uint64_t hash = 0;  // once sorted: the first eight bytes, as a number that sorts like them
    std::uint64_t count = 0;
    std::size_t size = 0;
  };

  static std::string_view bytes_of(const Short& entry) {
    const char* const bytes = reinterpret_cast<const char*>(&entry.key);
    return {bytes, static_cast<unsigned char>(bytes[kShortPiece])};
  }
  bool add_short(const PieceKey& key, std::uint64_t count) {
    const std::size_t mask = short_.size() - 1;
    for (std::size_t i = hash(key) & mask;; i = (i + 1) & mask) {
      Short& entry = short_[i];
      if (entry.count != 0 && entry.key == key) return add_to(entry.count, count);
      if (entry.count == 0) return insert_short(key, count, entry);
    }
  }
  bool add_to(std::uint64_t& sum, std::uint64_t count) {
    std::uint64_t total;
    if (__builtin_add_overflow(total_, count, &total)) [[unlikely]] refuse_overflow();
    total_ = total;
    sum += count;  // not beyond the total
    return true;
  }
  bool insert_short(const PieceKey& key, std::uint64_t count, Short& entry);
  bool add_long(std::string_view bytes, std::uint64_t hash, std::uint64_t count);
  bool has_room(std::size_t more) const;
  template <class Entry, class HashOf>
  static void double_table(std::vector<Entry>& table, HashOf hash_of);
  const char* store(std::string_view bytes);
  static std::uint64_t hash_long(std::string_view bytes);
  [[noreturn]] static void refuse_overflow();

  std::size_t limit_;
  std::vector<Short> short_;
  std::vector<Long> long_;
  std::size_t short_used_ = 0, long_used_ = 0;
  std::uint64_t total_ = 0;
  std::vector<std::unique_ptr<char[]>> arena_;
  std::size_t arena_left_ = 0, arena_bytes_ = 0;
};

// Over a sorted table, which must stay as it is.
class CountTable::Cursor final : public CountSource {
 public:
  explicit Cursor(const CountTable& table) : table_(&table) {}
  bool next() override;

 private:
  const CountTable* table_;
  std::size_t short_ = 0, long_ = 0;
};

}  // namespace quern
