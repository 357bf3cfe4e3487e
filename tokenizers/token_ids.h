// Tokens by their texts: which id has this text?
//
//   TokenIds ids(vocabulary.size());
//   if (const TokenId other = ids.add("Ġthe", 262); other != 262) …       // the text had an id already, and keeps it
//   std::optional<TokenId> id = ids.find("Ġthe");
//
// Loading a vocabulary looks up every part of every merge, so this is one flat table: a look-up touches a slot and the text.
// The texts must outlive it. Reading is safe from any number of threads.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/piece_key.h"
#include "tokenizers/definition/added_token.h"

namespace quern {

class TokenIds {
 public:
  explicit TokenIds(std::size_t expected = 0) : slots_(std::bit_ceil(expected + expected / 2 + 4)) {}

  TokenId add(std::string_view text, TokenId id) {
    if (++size_ * 3 > slots_.size() * 2) grow();
    const std::uint64_t hash = hash_bytes(text);
    Slot& slot = slots_[place(text, hash)];
    if (slot.text == nullptr) slot = {text.data(), text.size(), check_of(hash), id};
    return slot.id;
  }

  std::optional<TokenId> find(std::string_view text) const {
    const Slot& slot = slots_[place(text, hash_bytes(text))];
    if (slot.text == nullptr) return std::nullopt;
    return slot.id;
  }

 private:
  struct Slot {
    const char* text = nullptr;  // null: free
    std::size_t size = 0;
    std::uint32_t check = 0;  // the half of the hash that does not say where
    TokenId id = 0;
  };

  static std::uint32_t check_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

  // Where the text is, or where it would go.
  std::size_t place(std::string_view text, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at].text != nullptr; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.check == check_of(hash) && std::string_view(slot.text, slot.size) == text) break;
    }
    return at;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.text == nullptr) continue;
      const std::string_view text(slot.text, slot.size);
      slots_[place(text, hash_bytes(text))] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two, at most two thirds full, linear probing
  std::size_t size_ = 0;     // additions, those of known texts included
};

}  // namespace quern
