// Pieces met before and the ids they became: one cache line per look-up, bounded, for one thread.
//
//   PieceCache cache(32 << 20);
//   const std::uint64_t where = hash(key);                 // piece_key.h
//   cache.prefetch(where);
//   …
//   if (int n = cache.find(key, where, out)) out += n;     // may write up to kMostIds ids
//   else { …; cache.insert(key, where, ids, count); }
//
// Holds pieces of up to 15 bytes. A line of 64 bytes holds two of them with up to 3 ids each, or one with up to 11. A new
// piece takes the place of the one in its line that was used least recently, so memory never grows and no clearing is
// needed; a piece with more ids is not kept.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/piece_key.h"
#include "tokenizers/pieces/zeroed_pages.h"
#include "tokenizers/definition.h"

namespace quern {

class PieceCache {
 public:
  static constexpr std::size_t kMostIds = 11;

  explicit PieceCache(std::size_t bytes)
      : lines_(std::bit_floor(std::max<std::size_t>(bytes / sizeof(Line), 1))), mask_(lines_.size() - 1) {}

  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&lines_[hash & mask_]); }

  // How many ids the piece has, 0 when it is not known. `out` has room for kMostIds + 1.
  std::size_t find(const PieceKey& key, std::uint64_t hash, TokenId* out) {
    Line& line = lines_[hash & mask_];
    if (line.first.key == key) [[likely]] {
      std::memcpy(out, line.first.ids, sizeof line.first.ids);
      if (line.first.count > kSmall) [[unlikely]] std::memcpy(out + kSmall, &line.second, sizeof line.second);
      return line.first.count;
    }
    if (line.second.key == key && line.first.count <= kSmall) {
      std::swap(line.first, line.second);
      std::memcpy(out, line.first.ids, sizeof line.first.ids);
      return line.first.count;
    }
    return 0;
  }

  // The piece must not be there.
  void insert(const PieceKey& key, std::uint64_t hash, const TokenId* ids, std::size_t count) {
    if (count == 0 || count > kMostIds) return;
    Line& line = lines_[hash & mask_];
    if (line.first.count > kSmall || count > kSmall) {
      line.second = {};
    } else {
      line.second = line.first;
    }
    line.first.key = key;
    line.first.count = static_cast<std::uint32_t>(count);
    std::memcpy(line.first.ids, ids, std::min(count, kSmall) * sizeof *ids);
    if (count > kSmall) std::memcpy(static_cast<void*>(&line.second), ids + kSmall, (count - kSmall) * sizeof *ids);
  }

 private:
  static constexpr std::size_t kSmall = 3;
  struct Entry {
    PieceKey key{};  // no piece has length 0: zeros are a free entry
    std::uint32_t count = 0;
    TokenId ids[kSmall] = {};
  };
  struct alignas(64) Line {
    Entry first;
    Entry second;  // the ids of `first` behind the third, when it has more
  };
  static_assert(sizeof(Line) == 64 && sizeof(Entry) == (kMostIds - kSmall) * sizeof(TokenId));

  ZeroedPages<Line> lines_;
  std::size_t mask_;
};

}  // namespace quern
