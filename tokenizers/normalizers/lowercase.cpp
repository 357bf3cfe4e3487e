#include "tokenizers/normalizers/lowercase.h"

#include <algorithm>

#include "core/text/utf8.h"

namespace quern::normalizers {

void append_lowercase(char32_t c, std::u32string& out) {
  if (c == 0x130) {
    out += U"i\u0307";
    return;
  }
  const auto& shifts = tables::kLowercase;
  const auto shift =
      std::partition_point(shifts.begin(), shifts.end(), [c](const tables::Shift& s) { return s.last < c; });
  const bool inside = shift != shifts.end() && shift->first <= c && (c - shift->first) % shift->step == 0;
  out += inside ? static_cast<char32_t>(static_cast<std::int32_t>(c) + shift->by) : c;
}

const CharacterMap& lowercase_characters() {
  static const CharacterMap map = [] {
    CharacterMap built;
    built.lower_ascii();
    std::u32string lower;
    std::string text;
    for_each_capital([&](char32_t c) {
      if (c < 0x80) return;
      lower.clear();
      text.clear();
      append_lowercase(c, lower);
      for (const char32_t l : lower) utf8::append(text, l);
      built.replace(c, text);
    });
    return built;
  }();
  return map;
}

}  // namespace quern::normalizers
