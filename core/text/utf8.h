// UTF-8: validation at memory speed, WHATWG replacement, and decoding one code point at a time.
//
//   if (!utf8::is_valid(text)) text = utf8::replace_invalid(text, &count);
//   for (const char* p = begin; p < end;) { char32_t c = utf8::decode(p, end); … }    // valid text only
//
// Replacement is one U+FFFD per maximal subpart of an ill-formed sequence (Unicode 15 §3.9 D93b; the WHATWG decoder), the
// same as Python's errors="replace" and ICU since 60.
// Pure functions; vectorised by run-time dispatch (core/hardware.h). simdjson's validator does the scanning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/hardware.h"

namespace quern::utf8 {

inline constexpr char32_t kReplacement = 0xFFFD;

bool is_valid(std::string_view text);
bool is_valid(std::string_view text, Isa level);  // by the code for one level, which this processor must have
// Bytes before the first ill-formed sequence; text.size() when there is none.
std::size_t valid_prefix(std::string_view text);
// Length in bytes of the ill-formed maximal subpart that begins at text[at] (at = valid_prefix of something).
std::size_t maximal_subpart(std::string_view text, std::size_t at);
// A copy with every maximal subpart replaced; *replaced grows by their number.
std::string replace_invalid(std::string_view text, std::uint64_t* replaced = nullptr);

std::size_t count_code_points(std::string_view text);  // = bytes that are not continuation bytes

// The code point at p, which must lie in valid UTF-8 with p < end; p moves behind it.
inline char32_t decode(const char*& p) {
  const auto byte = [&](int i) { return static_cast<unsigned char>(p[i]); };
  const unsigned char b = byte(0);
  if (b < 0x80) return p += 1, b;
  if (b < 0xE0) {
    const char32_t c = (b & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
    return p += 2, c;
  }
  if (b < 0xF0) {
    const char32_t c = (b & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    return p += 3, c;
  }
  const char32_t c = (b & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
  return p += 4, c;
}

void append(std::string& out, char32_t code_point);  // surrogates and values above U+10FFFF become U+FFFD

}  // namespace quern::utf8
