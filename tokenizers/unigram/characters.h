// Characters by their first byte alone, for text that is valid UTF-8 or must at least not be read beyond its end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace quern::unigram {

// Bytes of the character that begins with this one; 1 for a byte that begins none. As in SentencePiece.
inline std::size_t character_size(char first) {
  constexpr std::uint64_t kSizes = 0x4322'1111'1111'1111;  // by the first four bits
  return kSizes >> (static_cast<unsigned char>(first) >> 4) * 4 & 0xF;
}
inline std::size_t character_size(const char* p, const char* end) {
  return std::min(character_size(*p), static_cast<std::size_t>(end - p));
}

// A number below 2^16 for a character of one to three bytes: its code point where the bytes are well-formed.
inline constexpr std::size_t kCompactCodes = std::size_t{1} << 16;
inline std::uint32_t compact_code(const char* p, std::size_t size) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i])); };
  if (size == 1) return byte(0);
  if (size == 2) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
}

}  // namespace quern::unigram
