// The published split patterns, written out by hand: each scanner takes [p, end), where end is the end of the text, and
// returns the end of the first piece. Valid UTF-8, p < end.
//
// They live in a header so that the encoding loop (bpe/text_encoder.cpp) can inline them; everyone else takes a pointer
// from Splitter::scanner(). What they must equal, letter by letter, stands above each; tests run both on generated text.
// No scanner looks at a byte more than a few times, whatever the text: a million spaces are one linear walk.
#pragma once

#include <array>
#include <cstddef>

#include "core/text/utf8.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace quern::scanners {

using unicode::kLetter;
using unicode::kLower;
using unicode::kMark;
using unicode::kNewline;
using unicode::kNumber;
using unicode::kSpace;
using unicode::kUpper;

// Class byte of an ASCII character; kMultibyte for the first byte of a longer one.
inline constexpr unsigned char kMultibyte = 128;
inline constexpr std::array<unsigned char, 256> kByteClass = [] {
  std::array<unsigned char, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = kLetter | kLower;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = kLetter | kUpper;
  for (int c = '0'; c <= '9'; ++c) table[c] = kNumber;
  for (int c = 0x09; c <= 0x0D; ++c) table[c] = kSpace;
  table['\n'] = table['\r'] = kSpace | kNewline;
  table[' '] = kSpace;
  for (int c = 0x80; c <= 0xFF; ++c) table[c] = kMultibyte;
  return table;
}();

struct Char {
  unsigned char bits;
  unsigned char size;
};

// A character beyond ASCII. The ideographs 4E00–9FFF and the Hangul syllables AC00–D7A3 are all Lo: most CJK text is
// told by one or two comparisons.
inline Char multibyte_at(const char* p) {
  const auto byte = [p](int i) { return static_cast<unsigned char>(p[i]); };
  if (byte(0) >= 0xE0 && byte(0) < 0xF0) {
    const std::uint32_t spelled = static_cast<std::uint32_t>(byte(0)) << 16 | byte(1) << 8 | byte(2);
    if (spelled - 0xE4B880 <= 0xE9BFBF - 0xE4B880 || spelled - 0xEAB080 <= 0xED9EA3 - 0xEAB080) {
      return {kLetter | kUpper | kLower, 3};
    }
    return {unicode::char_class((byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu)), 3};
  }
  const char* next = p;
  const char32_t c = utf8::decode(next);
  return {unicode::char_class(c), static_cast<unsigned char>(next - p)};
}

inline Char char_at(const char* p) {
  const unsigned char bits = kByteClass[static_cast<unsigned char>(*p)];
  return bits & kMultibyte ? multibyte_at(p) : Char{bits, 1};
}

// Walks over characters that have one of the bits.
template <unsigned char Bits>
inline const char* skip(const char* p, const char* end) {
  while (p < end) {
    const Char c = char_at(p);
    if (!(c.bits & Bits)) break;
    p += c.size;
  }
  return p;
}
// skip<kLetter> and skip<kLower>, for the runs that text is made of: sixteen ASCII letters are told at once, so a word
// ends without a mispredicted branch.
template <unsigned char Bits>
inline const char* skip_word(const char* p, const char* end) {
  static_assert(Bits == kLetter || Bits == kLower);
#if defined(__SSE2__)
  constexpr char kCaseBit = Bits == kLetter ? 0x20 : 0;  // a letter of either case becomes one of lower case
  while (end - p >= 16) {
    const __m128i bytes = _mm_or_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)), _mm_set1_epi8(kCaseBit));
    // Signed comparison: bytes beyond ASCII are negative and so below 'a'.
    const __m128i others = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8('a')), _mm_cmpgt_epi8(bytes, _mm_set1_epi8('z')));
    const int stop = _mm_movemask_epi8(others);
    if (stop == 0) {
      p += 16;
      continue;
    }
    p += __builtin_ctz(static_cast<unsigned>(stop));
    if (static_cast<signed char>(*p) >= 0) return p;
    do {
      const Char c = multibyte_at(p);
      if (!(c.bits & Bits)) return p;
      p += c.size;
    } while (p < end && static_cast<signed char>(*p) < 0);
  }
#endif
  return skip<Bits>(p, end);
}

// … that have none of them.
template <unsigned char Bits>
inline const char* skip_without(const char* p, const char* end) {
  while (p < end) {
    const Char c = char_at(p);
    if (c.bits & Bits) break;
    p += c.size;
  }
  return p;
}

inline constexpr unsigned char kNotSymbol = kSpace | kLetter | kNumber;

// \p{N}{1,3} behind its first character.
inline const char* two_more_numbers(const char* p, const char* end) {
  for (int i = 0; i < 2 && p < end; ++i) {
    const Char c = char_at(p);
    if (!(c.bits & kNumber)) break;
    p += c.size;
  }
  return p;
}

// 's 't 're 've 'm 'll 'd in lower case at the apostrophe p: their end, or p when there is none.
inline const char* lower_contraction(const char* p, const char* end) {
  if (end - p < 2) return p;
  switch (p[1]) {
    case 's': case 't': case 'm': case 'd': return p + 2;
    case 'r': case 'v': return end - p > 2 && p[2] == 'e' ? p + 3 : p;
    case 'l': return end - p > 2 && p[2] == 'l' ? p + 3 : p;
    default: return p;
  }
}

// The same in any case. U+017F (ſ) folds to s.
inline const char* any_contraction(const char* p, const char* end) {
  if (end - p < 2) return p;
  const auto folded = [p](int i) { return static_cast<char>(p[i] | 0x20); };
  switch (folded(1)) {
    case 's': case 't': case 'm': case 'd': return p + 2;
    case 'r': case 'v': return end - p > 2 && folded(2) == 'e' ? p + 3 : p;
    case 'l': return end - p > 2 && folded(2) == 'l' ? p + 3 : p;
    default: return end - p > 2 && p[1] == '\xC5' && p[2] == '\xBF' ? p + 3 : p;
  }
}

// What a pattern does with a run of white space that no other rule took.
enum class SpaceRule {
  plain,           // \s+(?!\S)|\s+                  the last character is left to what follows
  newlines_first,  // \s*[\r\n]+|\s+(?!\S)|\s+       … and a run with line ends ends behind the last of them
  end_first,       // \s++$|\s*[\r\n]|\s+(?!\S)|\s   … unless the run ends the text
};

template <SpaceRule Rule>
inline const char* white_space(const char* p, const char* end) {
  const char* last = p;       // where the last character of the run begins
  const char* newline = p;    // behind the last CR or LF
  const char* q = p;
  while (q < end) {
    const Char c = char_at(q);
    if (!(c.bits & kSpace)) break;
    last = q;
    q += c.size;
    if (c.bits & kNewline) newline = q;
  }
  if (Rule == SpaceRule::end_first && q == end) return q;
  if (Rule != SpaceRule::plain && newline > p) return newline;
  return q == end || last == p ? q : last;
}

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
inline const char* gpt2(const char* p, const char* end) {
  if (*p == '\'') {
    if (const char* q = lower_contraction(p, end); q != p) return q;
  }
  const char* q = p + (*p == ' ');
  if (q < end) {
    const Char c = char_at(q);
    if (c.bits & kLetter) return skip_word<kLetter>(q + c.size, end);
    if (c.bits & kNumber) return skip<kNumber>(q + c.size, end);
    if (!(c.bits & kSpace)) return skip_without<kNotSymbol>(q + c.size, end);
  }
  return white_space<SpaceRule::plain>(p, end);
}

// '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|SpaceRule
template <SpaceRule Rule>
inline const char* cl100k_like(const char* p, const char* end) {
  const Char c = char_at(p);
  if (c.bits & kLetter) return skip_word<kLetter>(p + c.size, end);
  if (c.bits & kNumber) return two_more_numbers(p + c.size, end);
  if (*p == '\'') {
    if (const char* q = any_contraction(p, end); q != p) return q;
  }
  const char* symbol = c.bits & kSpace ? nullptr : p;
  if (const char* q = p + c.size; !(c.bits & kNewline) && q < end) {
    const Char next = char_at(q);
    if (next.bits & kLetter) return skip_word<kLetter>(q + next.size, end);
    if (*p == ' ' && !(next.bits & kNotSymbol)) symbol = q;
  }
  if (symbol != nullptr) return skip<kNewline>(skip_without<kNotSymbol>(symbol, end), end);
  return white_space<Rule>(p, end);
}
inline const char* cl100k(const char* p, const char* end) { return cl100k_like<SpaceRule::end_first>(p, end); }
inline const char* cl100k_hf(const char* p, const char* end) { return cl100k_like<SpaceRule::newlines_first>(p, end); }

// [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+ at p, or null. The first run takes all it can and gives
// back up to the last character that may stand in the second.
inline const char* word_with_lower(const char* p, const char* end) {
  const char* lower_end = nullptr;
  while (p < end) {
    const Char c = char_at(p);
    if (!(c.bits & kUpper)) {
      if (c.bits & kLower) return skip_word<kLower>(p + c.size, end);
      break;
    }
    p += c.size;
    if (c.bits & kLower) lower_end = p;
  }
  return lower_end;
}

// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
// |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
// without the contraction: the end of the word, or p. A mark may be the free first character or part of the word.
inline const char* o200k_word(const char* p, const char* end, Char first) {
  const char* behind = first.bits & (kLetter | kNumber | kNewline) ? nullptr : p + first.size;
  if (behind != nullptr) {
    if (const char* q = word_with_lower(behind, end)) return q;
  }
  if (first.bits & (kUpper | kLower)) {
    if (const char* q = word_with_lower(p, end)) return q;
  }
  if (behind != nullptr) {
    if (const char* q = skip<kUpper>(behind, end); q != behind) return q;
  }
  return skip<kUpper>(p, end);
}

// o200k_word(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
inline const char* o200k(const char* p, const char* end) {
  const Char c = char_at(p);
  if (c.bits & kNumber) return two_more_numbers(p + c.size, end);
  if (const char* q = o200k_word(p, end, c); q != p) return q < end && *q == '\'' ? any_contraction(q, end) : q;
  const char* symbol = p + (*p == ' ');
  if (symbol < end && !(char_at(symbol).bits & kNotSymbol)) {
    const char* q = skip_without<kNotSymbol>(symbol, end);
    while (q < end && (*q == '\r' || *q == '\n' || *q == '/')) ++q;
    return q;
  }
  return white_space<SpaceRule::newlines_first>(p, end);
}

}  // namespace quern::scanners
