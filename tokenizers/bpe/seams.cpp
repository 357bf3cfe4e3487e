#include "tokenizers/bpe/seams.h"

#include <algorithm>

namespace quern::bpe {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Of a character by its first byte.
std::size_t announced_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

Seams::Seams(const TokenTable& tokens) {
  for (TokenId id = 0; id < tokens.size(); ++id) add(tokens.bytes(id));
}

// Whole characters are told by what they are, and a part of one at either end of the token by the bytes at its edge.
void Seams::add(std::string_view token) {
  const auto edge = [&](std::size_t at) {
    edges_.set(static_cast<unsigned char>(token[at - 1]) << 8 | static_cast<unsigned char>(token[at]));
  };
  std::size_t at = 0;
  while (at < token.size() && continues(token[at])) ++at;
  if (at > 0 && at < token.size()) edge(at);
  const std::size_t none = token.size();
  std::size_t before = none;  // where the whole character before `at` begins
  while (at < token.size()) {
    const std::size_t size = announced_size(token[at]);
    const bool whole = size <= token.size() - at &&
                       std::all_of(token.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                   token.begin() + static_cast<std::ptrdiff_t>(at + size), continues);
    if (!whole) {
      // Cut off, or bytes that are no text: every edge from here on.
      for (std::size_t i = std::max<std::size_t>(at, 1); i < token.size(); ++i) {
        if (!continues(token[i])) edge(i);
      }
      return;
    }
    if (before != none) {
      const std::uint32_t bit = place(character_at(&token[before]).spelled, character_at(&token[at]).spelled);
      neighbours_[bit >> 6] |= std::uint64_t{1} << (bit & 63);
    }
    before = at;
    at += size;
  }
}

}  // namespace quern::bpe
