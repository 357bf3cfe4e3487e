// The script of a code point, as SentencePiece knows it when it decides what may stand together in a piece: Unicode 9, and
// Common for what that leaves out. The table is generated (generate_scripts.py).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace quern::scripts {

using Script = std::uint8_t;
inline constexpr Script kCommon = 0, kInherited = 1, kHan = 2, kHiragana = 3, kKatakana = 4;

namespace detail {
extern const std::uint32_t kRuns[];
extern const std::size_t kRunCount;
}  // namespace detail

inline Script script(char32_t c) {
  return static_cast<Script>(std::upper_bound(detail::kRuns, detail::kRuns + detail::kRunCount, c << 8 | 0xFFu)[-1] & 0xFF);
}

}  // namespace quern::scripts
