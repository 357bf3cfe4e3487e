// The token that is one character, by the character: two loads for all of the Basic Multilingual Plane.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "tokenizers/bpe/merger.h"

namespace quern::bpe {

class SymbolTable {
 public:
  void add(char32_t c, TokenId id) {
    if (c < kDirect) {
      if (direct_.empty()) direct_.assign(kDirect, kNoToken);
      direct_[c] = id;
    } else {
      others_[c] = id;
    }
  }
  // kNoToken for a character that is no token.
  TokenId find(char32_t c) const {
    if (c < direct_.size()) [[likely]] return direct_[c];
    if (others_.empty()) return kNoToken;
    const auto found = others_.find(c);
    return found == others_.end() ? kNoToken : found->second;
  }

 private:
  static constexpr char32_t kDirect = 0x10000;
  std::vector<TokenId> direct_;
  std::unordered_map<char32_t, TokenId> others_;
};

}  // namespace quern::bpe
