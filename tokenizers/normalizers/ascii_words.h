// Eight bytes of text at a time, in one register: what tells ASCII, controls and capitals apart without a loop.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace quern::normalizers::ascii {

inline constexpr std::uint64_t kOnes = 0x0101010101010101, kHighBits = kOnes << 7;

inline std::uint64_t load(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, 8);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}
inline void store(char* p, std::uint64_t word) {
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  std::memcpy(p, &word, 8);
}

// In each result the high bit of a byte answers for that byte; other bits are zero.
inline std::uint64_t not_ascii(std::uint64_t word) { return word & kHighBits; }
// For bytes that are ASCII.
inline std::uint64_t controls(std::uint64_t word) {
  const std::uint64_t low = ~(word + kOnes * 0x60);  // below 0x20
  return (low | (word + kOnes)) & kHighBits;         // or 0x7F
}
inline std::uint64_t capitals(std::uint64_t word) {
  return (word + kOnes * (0x80 - 'A')) & ~(word + kOnes * (0x7F - 'Z')) & kHighBits;
}
// Sure up to the first byte that is equal, which is all that `before` asks for.
inline std::uint64_t equal(std::uint64_t word, char c) {
  const std::uint64_t other = word ^ kOnes * static_cast<unsigned char>(c);
  return (other - kOnes) & ~other & kHighBits;
}
inline std::uint64_t lower(std::uint64_t word) { return word | capitals(word) >> 2; }

// How many bytes come before the first one answered for; 8 when none is.
inline int before(std::uint64_t answer) { return answer == 0 ? 8 : std::countr_zero(answer) / 8; }

inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
inline bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace quern::normalizers::ascii
