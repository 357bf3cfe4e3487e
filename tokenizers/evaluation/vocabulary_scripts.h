// What a vocabulary is written in: its tokens counted by script.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tokenizers/tokenizer.h"

namespace quern {

struct VocabularyScripts {
  struct Share {
    std::string name;
    std::uint64_t tokens;
  };
  std::vector<Share> scripts;  // most tokens first, ties by name; "Common": digits, punctuation, spaces
  std::uint64_t mixed = 0;     // tokens with characters of several scripts
  std::uint64_t parts = 0;     // tokens that are no whole characters: bytes, and pieces of characters
};

// Tokens of the model; added ones are names.
VocabularyScripts vocabulary_scripts(const Tokenizer& tokenizer);

}  // namespace quern
