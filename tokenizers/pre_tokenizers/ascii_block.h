// Sixty-four bytes of text at once, each class of ASCII as one mask: bit i is byte i. What finds words in plain text without
// a branch for each of them.
//
//   const AsciiBlock block = AsciiBlock::read(p, end - p);
//   const std::uint64_t word_begins = block.letters & ~(block.letters << 1);
//
// Bytes beyond ASCII, and those beyond the end of the text, are in `others` and nowhere else. One implementation for each
// instruction set, all of the same masks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace quern {

struct AsciiBlock {
  static constexpr std::size_t kSize = 64;

  std::uint64_t letters = 0, digits = 0;
  std::uint64_t spaces = 0;       // U+0020
  std::uint64_t white = 0;        // TAB to CR
  std::uint64_t controls = 0;     // the rest below U+0020, and U+007F
  std::uint64_t apostrophes = 0;  // which are symbols, too
  std::uint64_t others = 0;
  std::uint64_t symbols() const { return ~(letters | digits | spaces | white | controls | others); }

  // Of the `size` bytes at p, or the first 64 of them.
  static AsciiBlock read(const char* p, std::size_t size) {
    if (size >= kSize) [[likely]] return read_whole(p);
    char bytes[kSize];
    std::memset(bytes + size, '\x80', kSize - size);
    std::memcpy(bytes, p, size);
    return read_whole(bytes);
  }

 private:
#if defined(__SSE2__)
  static AsciiBlock read_whole(const char* p) {
    AsciiBlock block;
    for (int i = 0; i < 64; i += 16) {
      // Signed comparison: bytes beyond ASCII are negative and so below all others.
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
      const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
      const auto within = [](__m128i values, char first, char last) {
        return _mm_and_si128(_mm_cmpgt_epi8(values, _mm_set1_epi8(static_cast<char>(first - 1))),
                             _mm_cmplt_epi8(values, _mm_set1_epi8(static_cast<char>(last + 1))));
      };
      const auto mask = [i](__m128i lanes) {
        return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(lanes))) << i;
      };
      block.letters |= mask(within(lower, 'a', 'z'));
      block.digits |= mask(within(bytes, '0', '9'));
      block.spaces |= mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')));
      const __m128i white = within(bytes, '\t', '\r'), low = within(bytes, '\0', '\x1F');
      block.white |= mask(white);
      block.controls |= mask(_mm_or_si128(_mm_andnot_si128(white, low), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\x7F'))));
      block.apostrophes |= mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\'')));
      block.others |= mask(bytes);
    }
    return block;
  }
#else
  static AsciiBlock read_whole(const char* p) {
    AsciiBlock block;
    for (std::size_t i = 0; i < kSize; ++i) {
      const std::uint64_t bit = std::uint64_t{1} << i;
      const char c = p[i], lower = static_cast<char>(c | 0x20);
      if (lower >= 'a' && lower <= 'z') block.letters |= bit;
      if (c >= '0' && c <= '9') block.digits |= bit;
      if (c == ' ') block.spaces |= bit;
      if (c >= '\t' && c <= '\r') {
        block.white |= bit;
      } else if ((c >= 0 && c < ' ') || c == '\x7F') {
        block.controls |= bit;
      }
      if (c == '\'') block.apostrophes |= bit;
      if (static_cast<unsigned char>(c) >= 0x80) block.others |= bit;
    }
    return block;
  }
#endif
};

}  // namespace quern
