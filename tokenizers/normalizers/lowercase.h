// Lowercase as Hugging Face's tokenizers know it: Unicode 17, character by character, so that a sigma is never final.
#pragma once

#include <string>

#include "tokenizers/normalizers/character_map.h"

namespace quern::normalizers {

void append_lowercase(char32_t c, std::u32string& out);  // two characters for U+0130, else one

const CharacterMap& lowercase_characters();

// Calls use(c) for every c that is not its own lowercase.
template <class Use>
void for_each_capital(const Use& use) {
  for (const auto& [first, last, step, by] : tables::kLowercase) {
    for (char32_t c = first; c <= last; c += step) use(c);
  }
  use(char32_t{0x130});
}

}  // namespace quern::normalizers
