// A value for each code point, zero unless set: two loads to look up, a block of memory for each stretch of 64 that is
// not all alike.
//
//   CodePointMap<std::uint8_t> kinds;
//   kinds.set({0x4E00, 0x9FFF}, 3);
//   kinds[U'\u4E2D']                  // 3
//
// Reading is safe from any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tokenizers/normalizers/unicode_tables.h"

namespace quern::normalizers {

template <class Value>
class CodePointMap {
 public:
  CodePointMap() : block_of_(kBlocks, 0), values_(kBlockSize, Value{}), uniform_(1, true) {}

  Value operator[](char32_t c) const { return values_[std::size_t{block_of_[c >> kBits]} << kBits | (c & kMask)]; }

  void set(char32_t c, Value value) {
    if (uniform_[block_of_[c >> kBits]]) unshare(c >> kBits);
    values_[std::size_t{block_of_[c >> kBits]} << kBits | (c & kMask)] = value;
  }

  // Whole blocks of a range share one block of memory.
  void set(tables::Range range, Value value) {
    std::size_t shared = kNone;
    for (std::size_t c = range.first; c <= range.last;) {
      if ((c & kMask) == 0 && c + kMask <= range.last) {
        if (shared == kNone) shared = add_block(value);
        block_of_[c >> kBits] = static_cast<std::uint16_t>(shared);
        c += kBlockSize;
      } else {
        set(static_cast<char32_t>(c++), value);
      }
    }
  }

 private:
  static constexpr int kBits = 6;
  static constexpr std::size_t kBlockSize = std::size_t{1} << kBits, kMask = kBlockSize - 1;
  static constexpr std::size_t kBlocks = 0x110000 >> kBits, kNone = ~std::size_t{0};

  std::size_t add_block(Value value) {
    values_.resize(values_.size() + kBlockSize, value);
    uniform_.push_back(true);
    return uniform_.size() - 1;
  }

  void unshare(std::size_t block) {
    const std::size_t from = std::size_t{block_of_[block]} << kBits;
    const std::size_t own = add_block(values_[from]);
    uniform_[own] = false;
    block_of_[block] = static_cast<std::uint16_t>(own);
  }

  std::vector<std::uint16_t> block_of_;
  std::vector<Value> values_;
  std::vector<bool> uniform_;  // by block: all alike, and perhaps shared
};

}  // namespace quern::normalizers
