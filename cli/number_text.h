// Numbers as text and as raw words, without a detour through streams.
#pragma once

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace quern::cli {

template <class Number>
void append_number(std::string& out, Number number) {
  char digits[32];  // a double in its shortest form, too
  out.append(digits, static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, number).ptr - digits));
}

// 1234567 → "1,234,567".
inline std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

// Little-endian, nothing between them.
template <class Word, class Integer>
void append_words(std::string& out, const std::vector<Integer>& numbers) {
  static_assert(std::endian::native == std::endian::little, "u16 and u32 are little-endian");
  if constexpr (sizeof(Word) == sizeof(Integer)) {
    out.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Word));
    return;
  }
  std::size_t at = out.size();
  out.resize(at + numbers.size() * sizeof(Word));
  for (const Integer number : numbers) {
    const auto word = static_cast<Word>(number);
    std::memcpy(&out[at], &word, sizeof word);
    at += sizeof word;
  }
}

}  // namespace quern::cli
