// Pieces as keys: up to 15 bytes fit into two words together with their length, longer ones are hashed.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace quern {

inline constexpr std::size_t kShortPiece = 15;

// The bytes, zeros behind them and the length in the last byte: equal keys are equal pieces.
struct PieceKey {
  std::uint64_t low, high;
  friend bool operator==(const PieceKey&, const PieceKey&) = default;
};

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash(const PieceKey& key) {
  return mix(key.low ^ 0x9E3779B97F4A7C15u, key.high ^ 0xD1B54A32D192ED03u);
}

// size ≤ kShortPiece; reads only [p, p + size).
inline PieceKey make_key(const char* p, std::size_t size) {
  char bytes[16] = {};
  std::memcpy(bytes, p, size);
  bytes[15] = static_cast<char>(size);
  PieceKey key;
  std::memcpy(&key, bytes, sizeof key);
  return key;
}

// By size, which bytes of a key are the piece's.
inline constexpr std::array<PieceKey, kShortPiece + 1> kKeyMasks = [] {
  std::array<PieceKey, kShortPiece + 1> masks{};
  for (std::size_t size = 0; size <= kShortPiece; ++size) {
    for (std::size_t byte = 0; byte < size; ++byte) {
      (byte < 8 ? masks[size].low : masks[size].high) |= std::uint64_t{0xFF} << byte % 8 * 8;
    }
  }
  return masks;
}();

// The same where 16 bytes may be read at p; without a branch, as sizes come in no order.
inline PieceKey make_key_readable(const char* p, std::size_t size) {
  static_assert(std::endian::native == std::endian::little);
  PieceKey key;
  std::memcpy(&key, p, sizeof key);
  const PieceKey& mask = kKeyMasks[size];
  return {key.low & mask.low, (key.high & mask.high) | static_cast<std::uint64_t>(size) << 56};
}

inline std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t state = 0x9E3779B97F4A7C15u ^ bytes.size();
  while (bytes.size() > kShortPiece) {
    state = mix(state, hash(make_key_readable(bytes.data(), kShortPiece)));
    bytes.remove_prefix(kShortPiece);
  }
  return mix(state ^ 0xA0761D6478BD642Fu, hash(make_key(bytes.data(), bytes.size())));
}

}  // namespace quern
