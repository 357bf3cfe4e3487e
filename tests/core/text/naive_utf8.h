// UTF-8 decoding that is obviously right, for tests: every sequence is decoded from its bits and judged by its value,
// with no table in common with core/text/utf8.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace quern::naive {

// True when text is one well-formed sequence, decoded into *c.
inline bool decode_one(std::string_view text, std::uint32_t* c) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  if (text.empty() || text.size() > 4) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (byte(i) / 64 != 2) return false;
  }
  switch (text.size()) {
    case 1:
      *c = byte(0);
      return byte(0) < 0x80;
    case 2:
      *c = byte(0) % 32 * 64 + byte(1) % 64;
      return byte(0) / 32 == 6 && *c >= 0x80;
    case 3:
      *c = (byte(0) % 16 * 64 + byte(1) % 64) * 64 + byte(2) % 64;
      return byte(0) / 16 == 14 && *c >= 0x800 && (*c < 0xD800 || *c > 0xDFFF);
    default:
      *c = ((byte(0) % 8 * 64 + byte(1) % 64) * 64 + byte(2) % 64) * 64 + byte(3) % 64;
      return byte(0) / 8 == 30 && *c >= 0x10000 && *c <= 0x10FFFF;
  }
}

inline std::string encode(std::uint32_t c) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const char last = byte(0x80 + c % 64), second = byte(0x80 + c / 64 % 64), third = byte(0x80 + c / 64 / 64 % 64);
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 + c / 64), last};
  if (c < 0x10000) return {byte(0xE0 + c / 64 / 64), second, last};
  return {byte(0xF0 + c / 64 / 64 / 64), third, second, last};
}

// True when text is the beginning of a well-formed sequence: looked up among the beginnings of all of them.
inline bool is_beginning(std::string_view text) {
  static const std::unordered_set<std::string> beginnings = [] {
    std::unordered_set<std::string> all;
    for (std::uint32_t c = 0x80; c <= 0x10FFFF; ++c) {
      if (c == 0xD800) c = 0xE000;
      const std::string sequence = encode(c);
      for (std::size_t n = 1; n < sequence.size(); ++n) all.insert(sequence.substr(0, n));
    }
    return all;
  }();
  return beginnings.count(std::string(text)) != 0;
}

struct Decoded {
  std::string replaced;  // U+FFFD per maximal subpart (Unicode 15, D93b)
  std::size_t valid_prefix = 0;
  std::size_t first_subpart = 0;  // length of the first ill-formed one; 0: none
  std::uint64_t count = 0;        // of replacements
  std::uint64_t code_points = 0;  // of `replaced`
};

inline Decoded decode(std::string_view text) {
  Decoded result;
  for (std::size_t at = 0; at < text.size(); ++result.code_points) {
    std::size_t length = 0;
    std::uint32_t c = 0;
    for (std::size_t n = 1; n <= 4 && length == 0 && at + n <= text.size(); ++n) {
      if (decode_one(text.substr(at, n), &c)) length = n;
    }
    if (length != 0) {
      result.replaced.append(text, at, length);
    } else {
      length = 1;
      while (at + length < text.size() && length < 3 && is_beginning(text.substr(at, length + 1))) ++length;
      result.replaced += "\xEF\xBF\xBD";
      if (result.count++ == 0) result.valid_prefix = at, result.first_subpart = length;
    }
    at += length;
  }
  if (result.count == 0) result.valid_prefix = text.size();
  return result;
}

}  // namespace quern::naive
