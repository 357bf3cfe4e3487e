// Words met before and the pieces they became: pieces/piece_cache.h with U+2581 at the front left out of the key, so that words
// of up to 15 bytes behind it fit. Only words without unknown characters: what they cover follows from their ids.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "tokenizers/pieces/piece_cache.h"
#include "core/piece_key.h"

namespace quern::unigram {

inline constexpr std::string_view kSpace = "\u2581";

inline bool begins_with_space(std::string_view text) {
  return text.size() >= 3 && std::memcmp(text.data(), kSpace.data(), 3) == 0;
}

class WordCache {
 public:
  static constexpr std::size_t kLongestWord = 3 + kShortPiece;
  static constexpr std::size_t kMostPieces = PieceCache::kMostIds;

  explicit WordCache(std::size_t bytes) : cache_(bytes) {}

  // word: not empty, at most kLongestWord bytes.
  struct Place {
    PieceKey key;
    std::uint64_t hash;
    bool fits;  // false: too long for a key; then find() finds nothing and insert() does nothing
  };
  static Place place(std::string_view word) {
    std::uint64_t mark = 0;
    if (begins_with_space(word)) {
      word.remove_prefix(3);
      mark = std::uint64_t{kBehindSpace} << 56;
    }
    if (word.size() > kShortPiece) return {{0, 0}, 0, false};
    PieceKey key = load(word);
    key.high |= static_cast<std::uint64_t>(word.size()) << 56 | mark;
    return {key, hash(key), true};
  }
  void prefetch(const Place& place) const { cache_.prefetch(place.hash); }
  // The ids of the word, empty when it is not known.
  std::span<const TokenId> find(const Place& place) {
    if (!place.fits) return {};
    return {found_, cache_.find(place.key, place.hash, found_)};
  }
  void insert(const Place& place, std::span<const TokenId> ids) {
    if (place.fits) cache_.insert(place.key, place.hash, ids.data(), ids.size());
  }

 private:
  static constexpr std::uint8_t kBehindSpace = 0x40;  // with the length in the key's last byte: no key is zero

  // The bytes, zeros behind them; at most 15.
  static PieceKey load(std::string_view bytes) {
    const char* const p = bytes.data();
    const std::size_t size = bytes.size();
    const auto load_as = [](auto value, const char* from) {
      std::memcpy(&value, from, sizeof value);
      return static_cast<std::uint64_t>(value);
    };
    if (size >= 8) {
      const std::uint64_t last = load_as(std::uint64_t{}, p + size - 8);
      return {load_as(std::uint64_t{}, p), size == 8 ? 0 : last >> (16 - size) * 8};
    }
    if (size >= 4) {
      const std::uint64_t last = load_as(std::uint32_t{}, p + size - 4);
      return {load_as(std::uint32_t{}, p) | last << (size - 4) * 8, 0};
    }
    std::uint64_t low = 0;
    for (std::size_t i = 0; i < size; ++i) low |= std::uint64_t{static_cast<unsigned char>(p[i])} << i * 8;
    return {low, 0};
  }

  PieceCache cache_;
  TokenId found_[kMostPieces + 1];
};

}  // namespace quern::unigram
