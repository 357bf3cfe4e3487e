// Text to ids, piece by piece: cut, look up, encode what is not known yet and remember it. The loop all fast pipelines share.
//
//   struct Policy {
//     const char* cut(const char* p, const char* end, PieceBatch& batch);  // adds pieces until the batch is full; where it goes on
//     std::size_t direct(const char* p, std::size_t size, TokenId* out);   // of a direct piece: at most kMostDirect ids
//     bool miss(std::string_view piece, bool is_part, IdBuffer& out);      // appends its ids; false: not to be remembered
//   };
//   encode_pieces(text.data(), text.data() + text.size(), ids, cache, policy);
//
// The ids of a piece must depend on its bytes alone, and on whether it is a part of something that would be looked up as a
// whole; else it must not be remembered. Pieces that are direct are told by a table of their own, for instance single
// ideographs. Some dozens of pieces are cut before the first of them is looked up, so that look-ups overlap.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizers/pieces/piece_cache.h"
#include "core/piece_key.h"

namespace quern {

// The end of a vector of ids, to be written to without a check for each.
class IdBuffer {
 public:
  explicit IdBuffer(std::vector<TokenId>& ids) : ids_(ids), first_(ids.size()), used_(first_) {}
  IdBuffer(const IdBuffer&) = delete;
  ~IdBuffer() { ids_.resize(used_); }

  // Room for `count` more ids behind those written. It grows with what this buffer wrote, not with what was there before.
  TokenId* reserve(std::size_t count) {
    if (ids_.size() - used_ < count) ids_.resize(used_ + std::max(used_ - first_, count) + kSpare);
    return ids_.data() + used_;
  }
  void advance(std::size_t count) { used_ += count; }
  void advance_to(const TokenId* end) { used_ = static_cast<std::size_t>(end - ids_.data()); }
  void push_back(TokenId id) { *reserve(1) = id, ++used_; }
  std::size_t size() const { return used_; }
  const TokenId* from(std::size_t position) const { return ids_.data() + position; }

 private:
  static constexpr std::size_t kSpare = 64;
  std::vector<TokenId>& ids_;
  const std::size_t first_;
  std::size_t used_;
};

struct CutPiece {
  const char *begin, *end;
  enum class Kind { whole, part, direct } kind = Kind::whole;
};

inline constexpr std::size_t kMostDirect = 16;

// In a key's upper word: the same bytes as a part of something longer are another key.
inline constexpr std::uint64_t kPartMark = std::uint64_t{1} << 63;

// Pieces that were cut and wait to be looked up.
class PieceBatch {
 public:
  using Kind = CutPiece::Kind;
  struct Entry {
    const char* begin;
    std::size_t size;
    PieceKey key;        // of a short piece that is not direct
    std::uint64_t hash;  // … likewise
    Kind kind;
  };

  PieceBatch(const PieceCache& cache, const char* end) : cache_(cache), end_(end) {}

  static constexpr std::size_t kMostAtOnce = 64;  // there is room for as many while the batch is not full
  bool is_full() const { return count_ >= kEnough; }
  void add(const char* p, std::size_t size, Kind kind) {
    Entry& piece = entries_[count_++];
    piece.begin = p;
    piece.size = size;
    piece.kind = kind;
    if (kind == Kind::direct || size > kShortPiece) return;
    piece.key = end_ - p >= 16 ? make_key_readable(p, size) : make_key(p, size);
    if (kind == Kind::part) piece.key.high |= kPartMark;
    piece.hash = hash(piece.key);
    cache_.prefetch(piece.hash);
  }
  // Whole pieces that touch: the first begins at p, the others at the bits of `begins`, and the last of those is left.
  const char* add_touching(const char* p, std::uint64_t begins) {
    const char* begin = p;
    for (; begins != 0; begins &= begins - 1) {
      const char* const next = p + std::countr_zero(begins);
      add(begin, static_cast<std::size_t>(next - begin), Kind::whole);
      begin = next;
    }
    return begin;
  }
  // Pieces that need not touch, by their first and last bytes; those that begin at a bit of `direct` are direct ones.
  const char* add_apart(const char* p, std::uint64_t firsts, std::uint64_t lasts, std::uint64_t direct) {
    const char* behind = p;
    for (; lasts != 0; lasts &= lasts - 1, firsts &= firsts - 1) {
      const int first = std::countr_zero(firsts), last = std::countr_zero(lasts);
      add(p + first, static_cast<std::size_t>(last + 1 - first), (direct >> first & 1) != 0 ? Kind::direct : Kind::whole);
      behind = p + last + 1;
    }
    return behind;
  }
  void clear() { count_ = 0; }
  std::size_t size() const { return count_; }
  const Entry* begin() const { return entries_.data(); }
  const Entry* end() const { return entries_.data() + count_; }

 private:
  static constexpr std::size_t kEnough = 64;
  const PieceCache& cache_;
  const char* const end_;  // of the text
  std::size_t count_ = 0;
  std::array<Entry, kEnough + kMostAtOnce> entries_;
};

// A policy's cut(): block(p, end) adds what it knows of the next bytes and returns where that ends, or p where it knows nothing; then
// next(p, end) is the first piece from p on, empty only at the end.
template <class Block, class Next>
const char* cut_by_blocks(const char* p, const char* end, PieceBatch& batch, const Block& block, const Next& next) {
  while (p < end && !batch.is_full()) {
    if (const char* const behind = block(p, end); behind != p) {
      p = behind;
      continue;
    }
    const CutPiece piece = next(p, end);
    if (piece.begin == piece.end) return end;
    batch.add(piece.begin, static_cast<std::size_t>(piece.end - piece.begin), piece.kind);
    p = piece.end;
  }
  return p;
}

// The same where pieces are told one by one.
template <class Next>
const char* cut_one_by_one(const char* p, const char* end, PieceBatch& batch, const Next& next) {
  return cut_by_blocks(p, end, batch, [](const char* from, const char*) { return from; }, next);
}

template <class Policy>
void encode_pieces(const char* p, const char* end, std::vector<TokenId>& ids, PieceCache& cache, Policy&& policy) {
  using Kind = CutPiece::Kind;
  PieceBatch batch(cache, end);
  IdBuffer out(ids);
  while (p < end) {
    batch.clear();
    p = policy.cut(p, end, batch);
    TokenId* to = out.reserve(batch.size() * kMostDirect);
    for (const PieceBatch::Entry& piece : batch) {
      if (piece.kind == Kind::direct) {
        to += policy.direct(piece.begin, piece.size, to);
        continue;
      }
      const bool is_short = piece.size <= kShortPiece;
      if (is_short) [[likely]] {
        if (const std::size_t found = cache.find(piece.key, piece.hash, to)) [[likely]] {
          to += found;
          continue;
        }
      }
      out.advance_to(to);
      const std::size_t before = out.size();
      const bool keep = policy.miss({piece.begin, piece.size}, piece.kind == Kind::part, out);
      if (is_short && keep) cache.insert(piece.key, piece.hash, out.from(before), out.size() - before);
      to = out.reserve(batch.size() * kMostDirect);
    }
    out.advance_to(to);
  }
}

}  // namespace quern
