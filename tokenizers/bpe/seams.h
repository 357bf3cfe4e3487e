// Where a text falls apart: two characters that stand side by side in no token are never joined, so what lies before and
// what lies behind such a seam can be merged on its own.
//
//   const char* q = seams.part_end(p, end);     // the first seam behind p, or end
//
// Text without spaces falls into parts of one to three characters this way, which are few enough to be looked up. Pairs of
// neighbours are kept as a set of hashes (a false alarm only makes a part longer). Tokens that hold a part of a character
// are told by the two bytes that meet at its edge. Immutable once built; reading is safe from any number of threads.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizers/bpe/token_table.h"

namespace quern::bpe {

class Seams {
 public:
  explicit Seams(const TokenTable& tokens);

  // [p, end): valid UTF-8, p < end.
  const char* part_end(const char* p, const char* end) const {
    Character before = character_at(p);
    for (p += before.size; p < end;) {
      const Character here = character_at(p);
      if (!may_join(before.spelled, here.spelled) && !meets(p[-1], p[0])) return p;
      p += here.size;
      before = here;
    }
    return end;
  }

  // Whether two whole characters, as character_at() spells them, stand side by side in some token.
  bool may_join(std::uint32_t left, std::uint32_t right) const {
    const std::uint32_t at = place(left, right);
    return neighbours_[at >> 6] >> (at & 63) & 1;
  }
  struct Character {
    std::uint32_t spelled;  // its bytes, the first one lowest
    std::uint32_t size;
  };
  static Character character_at(const char* p) {
    const auto byte = [p](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i])); };
    if (byte(0) < 0x80) return {byte(0), 1};
    const std::uint32_t two = byte(0) | byte(1) << 8;
    if (byte(0) < 0xE0) return {two, 2};
    const std::uint32_t three = two | byte(2) << 16;
    return byte(0) < 0xF0 ? Character{three, 3} : Character{three | byte(3) << 24, 4};
  }

 private:
  static constexpr int kBits = 19;  // 64 KiB

  static std::uint32_t place(std::uint32_t left, std::uint32_t right) {
    return (left * 0x9E3779B1u + right * 0x85EBCA77u) * 0xC2B2AE3Du >> (32 - kBits);
  }
  bool meets(char before, char behind) const {
    return edges_[static_cast<unsigned char>(before) << 8 | static_cast<unsigned char>(behind)];
  }
  void add(std::string_view token);

  std::vector<std::uint64_t> neighbours_ = std::vector<std::uint64_t>((std::size_t{1} << kBits) / 64);
  std::bitset<65536> edges_;  // by the byte before and the byte behind
};

}  // namespace quern::bpe
