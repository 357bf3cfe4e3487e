// What single characters of raw text come to when it is normalized, for pipelines that cut before they normalize.
//
//   const RawCharacters characters(definition.normalizers);
//   if (characters[c] & RawCharacters::kAlone) …                        // the same wherever it stands
//   if (!(characters[c] & RawCharacters::kJoins)) …                     // a space before it is not touched by it
//
// Knows no normalizer but Precompiled, whose rules see no further than a grapheme cluster: a character that is a cluster of
// its own, whatever stands beside it, has the same fate everywhere. Immutable, shared by threads.
#pragma once

#include <cstdint>
#include <vector>

#include "core/text/utf8.h"
#include "tokenizers/definition/normalizers.h"

namespace quern {

class RawCharacters {
 public:
  static constexpr std::uint8_t kAlone = 1;  // normalized by itself, if its neighbours are, too: to at least one character,
                                             // and none that is white space or U+2581
  static constexpr std::uint8_t kStays = 2;  // … to itself
  static constexpr std::uint8_t kJoins = 4;  // may be normalized with what stands before it
  static constexpr std::uint8_t kTakes = 8;  // … with what stands behind it

  // None, or one Precompiled that leaves the space as it is.
  static bool knows(const std::vector<Normalizer>& normalizers);
  explicit RawCharacters(const std::vector<Normalizer>& normalizers);

  // Beyond U+FFFF, kJoins and kTakes only.
  std::uint8_t operator[](char32_t c) const { return c < kCommon ? bits_[c] : edges(c); }

 private:
  static constexpr char32_t kCommon = 0x10000;
  std::uint8_t edges(char32_t c) const;

  const bool has_rules_;
  std::vector<std::uint8_t> bits_;
};

}  // namespace quern
