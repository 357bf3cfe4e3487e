// Hangul syllables and the jamo they are made of, by arithmetic (Unicode 3.12).
#pragma once

#include <cstdint>

namespace quern::normalizers::hangul {

inline constexpr char32_t kSyllables = 0xAC00, kLeading = 0x1100, kVowels = 0x1161, kTrailing = 0x11A7;
inline constexpr char32_t kLeadingCount = 19, kVowelCount = 21, kTrailingCount = 28;
inline constexpr char32_t kSyllableCount = kLeadingCount * kVowelCount * kTrailingCount;

inline bool is_syllable(char32_t c) { return c - kSyllables < kSyllableCount; }

// Two or three jamo; returns how many.
inline int decompose(char32_t syllable, char32_t jamo[3]) {
  const char32_t index = syllable - kSyllables;
  jamo[0] = kLeading + index / (kVowelCount * kTrailingCount);
  jamo[1] = kVowels + index / kTrailingCount % kVowelCount;
  jamo[2] = kTrailing + index % kTrailingCount;
  return jamo[2] == kTrailing ? 2 : 3;
}

// The syllable of a leading consonant and a vowel, or of a syllable without trailing consonant and one; 0: none.
inline char32_t compose(char32_t first, char32_t second) {
  if (first - kLeading < kLeadingCount && second - kVowels < kVowelCount) {
    return kSyllables + ((first - kLeading) * kVowelCount + (second - kVowels)) * kTrailingCount;
  }
  if (is_syllable(first) && (first - kSyllables) % kTrailingCount == 0 && second - kTrailing - 1 < kTrailingCount - 1) {
    return first + (second - kTrailing);
  }
  return 0;
}

}  // namespace quern::normalizers::hangul
