#include "tokenizers/bpe/token_table.h"

#include <fmt/format.h>

#include <bit>

#include "core/error.h"
#include "core/piece_key.h"
#include "tokenizers/byte_level.h"

namespace quern::bpe {

TokenTable::TokenTable(std::span<const std::string> vocabulary, Spelling spelling) {
  offsets_.reserve(vocabulary.size() + 1);
  offsets_.push_back(0);
  for (const std::string& token : vocabulary) {
    if (spelling == Spelling::text) {
      bytes_ += token;
    } else if (const auto bytes = byte_level::unspell(token)) {
      bytes_ += *bytes;
    }
    offsets_.push_back(bytes_.size());
  }
  slots_.resize(std::bit_ceil(vocabulary.size() * 2 + 2));
  const std::size_t mask = slots_.size() - 1;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const std::string_view token = bytes(id);
    if (token.empty()) continue;
    if (const auto other = find(token)) {
      throw Error(ErrorCode::format, fmt::format("tokens {} and {} are the same text \"{}\"", *other, id, vocabulary[id]));
    }
    const std::uint64_t hash = hash_bytes(token);
    std::size_t at = hash & mask;
    while (slots_[at].id != kEmpty) at = (at + 1) & mask;
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), id};
  }
}

std::optional<TokenId> TokenTable::find(std::string_view text) const {
  const std::uint64_t hash = hash_bytes(text);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].id != kEmpty; at = (at + 1) & mask) {
    if (slots_[at].check == static_cast<std::uint32_t>(hash >> 32) && bytes(slots_[at].id) == text) return slots_[at].id;
  }
  return std::nullopt;
}

}  // namespace quern::bpe
