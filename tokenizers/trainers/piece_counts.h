// How often each distinct piece of text occurred: the input of every trainer.
//
//   PieceCounts counts;                      // one per thread
//   counts.add(" grind");
//   counts.add(other);                       // sums; the order of additions does not matter
//   counts.for_each([](std::string_view piece, std::uint64_t count) { … });   // in no particular order
//
// Two tables, because nearly all pieces of spaced scripts are short and hot, and nearly all pieces of unspaced ones are long and
// rare: short ones are their own key (bpe/piece_key.h), long ones are
// stored once in an arena. 64-bit counts.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/pieces/piece_key.h"

namespace quern {

class PieceCounts {
 public:
  PieceCounts();

  // Piece must not be empty. `readable` is how many bytes may be read from piece.data() on: 16 or more makes short
  // pieces faster.
  void add(std::string_view piece, std::size_t readable = 0, std::uint64_t count = 1);
  void add(const PieceCounts& other);

  std::size_t distinct() const { return short_used_ + long_used_; }
  std::uint64_t total() const { return total_; }
  // Pages held, roughly: what --memory is compared with.
  std::size_t memory() const;

  template <class Visit>
  void for_each(Visit visit) const {
    for (const Short& entry : short_) {
      if (entry.count == 0) continue;
      char bytes[sizeof(bpe::PieceKey)];
      std::memcpy(bytes, &entry.key, sizeof bytes);
      visit(std::string_view(bytes, static_cast<unsigned char>(bytes[bpe::kShortPiece])), entry.count);
    }
    for (const Long& entry : long_) {
      if (entry.count != 0) visit(std::string_view(entry.data, entry.size), entry.count);
    }
  }

 private:
  struct Short {
    bpe::PieceKey key{};
    std::uint64_t count = 0;  // 0: free
  };
  struct Long {
    const char* data = nullptr;
    std::uint64_t hash = 0, count = 0;
    std::size_t size = 0;
  };

  void add_short(const bpe::PieceKey& key, std::uint64_t count);
  void add_long(std::string_view piece, std::uint64_t hash, std::uint64_t count);
  void grow_short();
  void grow_long();
  const char* store(std::string_view piece);

  std::vector<Short> short_;
  std::vector<Long> long_;
  std::size_t short_used_ = 0, long_used_ = 0;
  std::uint64_t total_ = 0;
  std::vector<std::unique_ptr<char[]>> arena_;
  std::size_t arena_left_ = 0, arena_bytes_ = 0;
};

}  // namespace quern
