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

  Charsmap() = default;                            // no rules
  explicit Charsmap(std::string_view serialized);  // no bytes: no rules

  Match longest(std::string_view text) const { return match(trie_.longest(text)); }
  Match shortest(std::string_view text) const { return match(trie_.shortest(text)); }

  // Whether no rule applies to a well-formed text that begins with these characters (next = 0: it ends there). May be
  // false where none does, and is beyond U+FFFF.
  bool surely_stays(char32_t c, char32_t next) const {
    return c <= 0xFFFF && (!begins_[c] || (!alone_[c] && next <= 0xFFFF && !continues_[next]));
  }
  // Whether no rule begins with this character; sure as above.
  bool surely_concerns_none(char32_t c) const { return c <= 0xFFFF && !begins_[c]; }
  bool is_prefix(std::string_view text) const { return trie_.is_prefix(text); }  // whether some rule begins with it

 private:
  Match match(DoubleArray::Match found) const {
    if (found.size == 0) return {};
    return {found.size, std::string_view(outputs_.c_str() + found.value)};
  }

  void read_first_characters();
  void read_second_characters(DoubleArray::Node node);

  DoubleArray trie_;
  std::string outputs_;
  std::bitset<0x10000> begins_, alone_;  // some rule begins with the character; applies where no other follows
  std::bitset<0x10000> continues_;       // is the second character of some rule
};

}  // namespace quern::normalizers
