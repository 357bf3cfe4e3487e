// The rules of a SentencePiece model: strings and what becomes of them.
//
//   const Charsmap rules(spec.charsmap);                    // Error{format} when the bytes are none
//   const Charsmap::Match match = rules.longest(text);       // of the rules that the text begins with
//   if (match.size > 0) use(match.output);
//
// Serialized: the size of the trie in bytes as 32 bits little-endian, the trie (double_array.h), and all outputs, each
// with a zero byte behind it; a value of the trie is the byte where its output begins. Foreign bytes are checked once,
// when they are read. Immutable, shared by threads.
#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "tokenizers/normalizers/double_array.h"

namespace quern::normalizers {

class Charsmap {
 public:
  struct Match {
    std::size_t size = 0;  // bytes of the text; 0: no rule
    std::string_view output;
  };

  Charsmap() = default;                         // no rules
  explicit Charsmap(std::string_view serialized);  // no bytes: no rules

  Match longest(std::string_view text) const { return match(trie_.longest(text)); }
  Match shortest(std::string_view text) const { return match(trie_.shortest(text)); }

  // Whether a rule concerns texts that begin with this character; when none does, it stays. Sure up to U+FFFF, always
  // true beyond.
  bool concerns(char32_t c) const { return c > 0xFFFF || concerned_[c]; }
  // The same for a rule that begins with these bytes.
  bool has_rule_with(std::string_view prefix) const { return trie_.has_key_with(prefix); }

 private:
  Match match(DoubleArray::Match found) const {
    if (found.size == 0) return {};
    return {found.size, std::string_view(outputs_.c_str() + found.value)};
  }

  DoubleArray trie_;
  std::string outputs_;
  std::bitset<0x10000> concerned_;
};

}  // namespace quern::normalizers
