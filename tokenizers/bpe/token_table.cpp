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
    if (bytes_.size() > 0xFFFFFFFF) throw Error(ErrorCode::format, "the vocabulary's texts are larger than 4 GiB");
    offsets_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }
  slots_.resize(std::bit_ceil(vocabulary.size() * 2 + 2));
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const std::string_view token = bytes(id);
    if (token.empty()) continue;
    const std::uint64_t hash = hash_bytes(token);
    Slot& slot = slots_[place(token, hash)];
    if (slot.id != kEmpty) {
      throw Error(ErrorCode::format, fmt::format("tokens {} and {} are the same text \"{}\"", slot.id, id, vocabulary[id]));
    }
    slot = {static_cast<std::uint32_t>(hash >> 32), id};
  }
}

std::size_t TokenTable::place(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at].id != kEmpty; at = (at + 1) & mask) {
    if (slots_[at].check == static_cast<std::uint32_t>(hash >> 32) && bytes(slots_[at].id) == text) break;
  }
  return at;
}

std::optional<TokenId> TokenTable::find(std::string_view text) const {
  const Slot& slot = slots_[place(text, hash_bytes(text))];
  if (slot.id == kEmpty) return std::nullopt;
  return slot.id;
}

}  // namespace quern::bpe
