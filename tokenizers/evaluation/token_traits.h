// What a token says about the characters it stands for: that they are unknown, that it is one of their bytes, or that only a
// part of the first or last of them is in it.
//
//   const TokenTraits traits(tokenizer);
//   if (traits[id] & TokenTraits::kUnknown) …
//
// Immutable after construction.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tokenizers/tokenizer.h"

namespace quern {

class TokenTraits {
 public:
  static constexpr std::uint8_t kUnknown = 1;    // stands for what the vocabulary cannot spell
  static constexpr std::uint8_t kByte = 2;       // "<0x0A>": a byte of a character that is no token (byte fallback)
  static constexpr std::uint8_t kTornFront = 4;  // byte level: begins inside of a character …
  static constexpr std::uint8_t kTornBack = 8;   // … or ends inside of one

  explicit TokenTraits(const Tokenizer& tokenizer);
  std::uint8_t operator[](TokenId id) const { return traits_[id]; }

 private:
  std::vector<std::uint8_t> traits_;
};

// The token that the model gives for what it cannot spell.
std::optional<TokenId> unknown_token(const Tokenizer& tokenizer);

}  // namespace quern
