// The data of normalization, as ranges and lists in order of code points. Generated (generate_tables.py) from what the
// reference implementations were seen to do, since each of their parts knows a Unicode of its own age. Constant.
#pragma once

#include <cstdint>
#include <span>

namespace quern::normalizers::tables {

struct Range {
  char32_t first, last;
};
// Every step-th code point c from first to last becomes c + by.
struct Shift {
  char32_t first, last;
  std::uint32_t step;
  std::int32_t by;
};
// `from` becomes the characters [begin, begin + size) of the pool that belongs to the list.
struct Mapping {
  char32_t from;
  std::uint16_t begin, size;
};
struct Composition {
  char32_t first, second, composite;
};
struct CombiningRange {
  char32_t first, last;
  std::uint8_t combining_class;
};

// --- unicode_forms_table.cpp: NFC, NFD, NFKC, NFKD in Unicode 9.0, Hangul syllables left out ------------------------

extern const std::span<const char32_t> kFormsPool;
extern const std::span<const Mapping> kCanonical;      // full decompositions, in canonical order
extern const std::span<const Mapping> kCompatibility;  // those that differ from the canonical ones
extern const std::span<const Composition> kCompositions;
extern const std::span<const CombiningRange> kCombiningClasses;

// --- character_sets_table.cpp ---------------------------------------------------------------------------------------

extern const std::span<const Shift> kLowercase;       // Unicode 17, but U+0130, which becomes two
extern const std::span<const Range> kBertRemoved;     // by clean_text: Unicode 8 and 9
extern const std::span<const Range> kBertSpaces;      // … and what it makes a space of
extern const std::span<const Range> kBertIdeographs;  // what handle_chinese_chars puts between spaces
extern const std::span<const Range> kBertMarks;       // Mn of Unicode 8, what strip_accents drops
extern const std::span<const Range> kCombiningMarks;  // M of Unicode 9, what StripAccents drops
extern const std::span<const Range> kNmtRemoved, kNmtSpaces;

// Classes of UAX 29 in Unicode 17; a character has none when it is always a cluster of its own.
enum class GraphemeClass : std::uint8_t {
  other,
  control,
  prepend,
  hangul_l,
  hangul_v,
  hangul_t,
  pictographic,
  consonant,
  zwj,
  spacing_mark,
  extend,           // and no part of a conjunct: U+200C
  extend_conjunct,  // InCB = Extend
  linker,           // InCB = Linker
};
struct GraphemeRange {
  char32_t first, last;
  GraphemeClass grapheme_class;
};
extern const std::span<const GraphemeRange> kGraphemeClasses;  // Hangul syllables left out

// --- charsmap_table.cpp: what SentencePiece 0.2.3's rules know beyond Unicode 9.0, up to 17.0 -----------------------

extern const std::span<const char32_t> kCharsmapPool;
extern const std::span<const Mapping> kLaterCompatibility;  // NFKC of single characters
extern const std::span<const Mapping> kLaterCanonical;      // full decompositions of characters that NFC composes
extern const std::span<const Shift> kFolding;               // simple case folding

}  // namespace quern::normalizers::tables
