// The published split patterns over plain ASCII, 64 bytes at a time: the same pieces as scanners.h, told by bit masks.
//
//   const std::uint64_t begins = block_scanners::gpt2(p, end);    // bit i: a piece begins at p + i
//
// A piece begins at p; that bit is not set. Those that are set are certain: each is where the piece before it ends. Where
// what the patterns say depends on bytes that are not in the block, or are not ASCII, the mask ends before; the last piece
// it tells of has no end in it. Zero: the scanner must be asked.
#pragma once

#include <bit>
#include <cstdint>

#include "tokenizers/pre_tokenizers/ascii_block.h"
#include "tokenizers/pre_tokenizers/scanners.h"

namespace quern::block_scanners {

using Mask = std::uint64_t;

// The bits below `position`, at most 64.
inline Mask below(int position) { return position >= 64 ? ~Mask{0} : (Mask{1} << position) - 1; }

// Of spaces: the first of a run, and the last where something follows, which goes with that. `size`: how much is known.
inline Mask space_begins(Mask spaces, int size) {
  const Mask last = spaces & ~(spaces >> 1) & (below(size) >> 1);
  return spaces & (~(spaces << 1) | last);
}

// Contractions are pieces of their own where an apostrophe begins a piece. contraction(p, end): scanners.h.
template <class Contraction>
Mask cut_contractions(const char* p, Mask begins, Mask apostrophes, int size, Contraction contraction) {
  for (Mask left = apostrophes & (begins | 1) & below(size); left != 0; left &= left - 1) {
    const int at = std::countr_zero(left);
    if (at + 3 >= size) return begins & below(at + 1);
    const char* const apostrophe = p + at;
    const auto length = static_cast<int>(contraction(apostrophe, apostrophe + 3) - apostrophe);
    if (length == 0) continue;
    begins &= ~(below(at + length) & ~below(at + 1));
    begins |= Mask{1} << (at + length);
  }
  return begins & below(size);
}

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
inline Mask gpt2(const char* p, const char* end) {
  const AsciiBlock block = AsciiBlock::read(p, static_cast<std::size_t>(end - p));
  const int size = std::countr_zero(block.others);
  const Mask letters = block.letters, digits = block.digits, symbols = block.symbols() | block.controls;
  const Mask white = block.spaces | block.white;
  const Mask goes_on = (letters & letters << 1) | (digits & digits << 1) | (symbols & symbols << 1) | block.spaces << 1;
  const Mask begins = ((~white & ~goes_on) | space_begins(white, size)) & below(size) & ~Mask{1};
  return cut_contractions(p, begins, block.apostrophes, size, scanners::lower_contraction);
}

// '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|…, whatever the rule for white space:
// the mask ends before any but U+0020.
inline Mask cl100k(const char* p, const char* end) {
  const AsciiBlock block = AsciiBlock::read(p, static_cast<std::size_t>(end - p));
  const int size = std::countr_zero(block.others | block.white);
  const Mask letters = block.letters, digits = block.digits, spaces = block.spaces;
  const Mask symbols = block.symbols() | block.controls;
  const Mask symbol_begins = symbols & ~(symbols << 1) & ~(spaces << 1);
  // A symbol that begins a piece takes the letters behind it, as a space does; one inside of a piece does not.
  const Mask letter_begins = letters & ~(letters << 1) & (digits | (symbols & ~symbol_begins)) << 1;
  Mask digit_begins = digits & ~(digits << 1);
  for (Mask next = digit_begins; next != 0; digit_begins |= next) {
    next = next << 3 & digits & digits << 1 & digits << 2;
  }
  const Mask begins = (letter_begins | symbol_begins | digit_begins | space_begins(spaces, size)) & below(size) & ~Mask{1};
  return cut_contractions(p, begins, block.apostrophes, size, scanners::any_contraction);
}

// Pieces that do not touch: the first bytes and the last bytes of each, in the same order. There may be one more of the first.
struct Runs {
  Mask firsts, lasts;
};
// Of runs of `members`, those that are known to end in the block, of which `size` bytes are known.
inline Runs runs_of(Mask members, int size) {
  return {members & ~(members << 1) & below(size), members & ~(members >> 1) & (below(size) >> 1)};
}

}  // namespace quern::block_scanners
