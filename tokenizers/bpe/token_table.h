// The tokens of a vocabulary as bytes, by id and by content.
//
// Under Spelling::bytes texts are unspelled (tokenizers/byte_level.h); a token with characters that stand for no byte
// (most special tokens) has no bytes here and is never found. Immutable after construction, so any number of threads may read it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"

namespace quern::bpe {

class TokenTable {
 public:
  enum class Spelling { bytes, text };
  // Error{format} when two ids have the same text, or all together 4 GiB or more.
  explicit TokenTable(std::span<const std::string> vocabulary, Spelling spelling = Spelling::bytes);

  std::size_t size() const { return offsets_.size() - 1; }
  std::string_view bytes(TokenId id) const {
    return {bytes_.data() + offsets_[id], offsets_[id + 1] - offsets_[id]};
  }
  std::optional<TokenId> find(std::string_view bytes) const;

 private:
  struct Slot {
    std::uint32_t check = 0;  // upper half of the hash
    TokenId id = kEmpty;
  };
  static constexpr TokenId kEmpty = 0xFFFFFFFF;

  // Of a text: where it is, or where it would go.
  std::size_t place(std::string_view text, std::uint64_t hash) const;

  std::string bytes_;
  std::vector<std::uint32_t> offsets_;
  std::vector<Slot> slots_;  // a power of two, at most half full, linear probing
};

}  // namespace quern::bpe
