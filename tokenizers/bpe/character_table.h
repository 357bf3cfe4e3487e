// What a multibyte character becomes on its own: most CJK characters are one token, and looking them up instead of merging
// three bytes saves most of the work.
//
// Inside a piece this is how merging may begin where two things hold, and both are checked:
//  - no merge has a lower rank than the merges that make its parts (true of every trained vocabulary). Then merging is
//    the same as applying the merges one after the other, and what happens inside a character does not wait for others;
//  - no token straddles the character's edge with only a part of the character in it. Vocabularies have a few such
//    tokens (GPT-2 one that is "ー" and two bytes of the next kana); which two bytes meet at such an edge is written in a
//    table, and a character with such an edge is left in bytes. In Chinese text 3 to 6 % of the edges are.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/bpe/piece_encoder.h"
#include "tokenizers/bpe/token_table.h"

namespace quern::bpe {

class CharacterTable {
 public:
  // Merges a piece by the merges alone into `out`, returns how many ids.
  using Merger = std::function<std::size_t(std::string_view piece, TokenId* out)>;

  // `merges` by rank, with gaps; every byte must be a token.
  void build(std::span<const PieceEncoder::MergeResult> merges, const TokenTable& tokens, const Merger& merger);
  // Whether take() may be used: no merge goes before those that make its parts.
  bool begins_merging() const { return begins_merging_; }

  // Writes the ids of a character of two or three bytes that no neighbour joins; how many. There is room for four.
  std::size_t write(const char* p, std::size_t size, TokenId* out) const {
    const auto byte = [p](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i])); };
    const Entry& entry = entries_[size == 2 ? (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F)
                                            : (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F)];
    std::memcpy(out, &entry, sizeof entry);  // without asking how many
    return entry.count;
  }

  // Writes the ids of the character of two or three bytes that begins at piece[at] and returns its size, or 0 when none
  // begins there or it cannot be told on its own. `out` moves behind the ids.
  std::size_t take(std::string_view piece, std::size_t at, TokenId*& out) const;

 private:
  void mark_straddling(std::string_view token);
  bool straddled(unsigned char before, unsigned char behind) const { return straddled_[before << 8 | behind]; }

  struct alignas(16) Entry {
    std::array<TokenId, 3> ids;
    std::uint32_t count;
  };
  std::vector<Entry> entries_;  // by code point below U+10000
  bool begins_merging_ = false;
  std::bitset<65536> straddled_;  // by the byte before an edge and the byte behind it
};

}  // namespace quern::bpe
