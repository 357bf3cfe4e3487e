#include "tokenizers/bpe/character_table.h"

#include <algorithm>
#include <array>

namespace quern::bpe {
namespace {

bool continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// Of a character by its first byte; 0 for a byte that begins none.
std::size_t announced_size(unsigned char byte) {
  return byte < 0x80 ? 1 : byte < 0xC0 ? 0 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

bool trained_order(std::span<const PieceEncoder::MergeResult> merges, std::size_t vocabulary_size) {
  std::vector<std::size_t> made(vocabulary_size, 0);  // 1 + the rank of the last merge that makes a token
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    if (merges[rank].exists()) made[merges[rank].result] = rank + 1;
  }
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const Merge merge = merges[rank].merge;
    if (merges[rank].exists() && std::max(made[merge.left], made[merge.right]) > rank) return false;
  }
  return true;
}

}  // namespace

void CharacterTable::mark_straddling(std::string_view token) {
  const auto byte = [token](std::size_t i) { return static_cast<unsigned char>(token[i]); };
  std::size_t head = 0;
  while (head < token.size() && continues(byte(head))) ++head;
  if (head > 0 && head < token.size()) straddled_.set(byte(head - 1) << 8 | byte(head));
  std::size_t tail = token.size() - 1;
  while (tail > 0 && continues(byte(tail))) --tail;
  if (tail > 0 && announced_size(byte(tail)) > token.size() - tail) straddled_.set(byte(tail - 1) << 8 | byte(tail));
}

void CharacterTable::build(std::span<const PieceEncoder::MergeResult> merges, const TokenTable& tokens, const Merger& merger) {
  for (const auto& merge : merges) {
    if (merge.exists()) mark_straddling(tokens.bytes(merge.result));
  }
  std::vector<Entry> entries(0x10000);
  for (char32_t c = 0x80; c < 0x10000; ++c) {
    // Surrogates too, spelled as they would be: a piece may hold any bytes.
    const std::array<char, 3> spelled =
        c < 0x800 ? std::array<char, 3>{static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F)), '\0'}
                  : std::array<char, 3>{static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                                        static_cast<char>(0x80 | (c & 0x3F))};
    const std::size_t count = merger({spelled.data(), c < 0x800 ? std::size_t{2} : std::size_t{3}}, entries[c].ids.data());
    entries[c].count = static_cast<std::uint32_t>(count);
  }
  entries_ = std::move(entries);
  begins_merging_ = trained_order(merges, tokens.size());  // only now may merging look into them
}

std::size_t CharacterTable::take(std::string_view piece, std::size_t at, TokenId*& out) const {
  const auto byte = [piece](std::size_t i) { return static_cast<unsigned char>(piece[i]); };
  const unsigned char first = byte(at);
  std::size_t end;
  std::uint32_t c;
  if (first >= 0xE0 && first < 0xF0 && at + 2 < piece.size() && continues(byte(at + 1)) && continues(byte(at + 2))) {
    c = (first & 0x0Fu) << 12 | (byte(at + 1) & 0x3Fu) << 6 | (byte(at + 2) & 0x3Fu);
    if (c < 0x800) return 0;
    end = at + 3;
  } else if (first >= 0xC2 && first < 0xE0 && at + 1 < piece.size() && continues(byte(at + 1))) {
    c = (first & 0x1Fu) << 6 | (byte(at + 1) & 0x3Fu);
    end = at + 2;
  } else {
    return 0;
  }
  if (at > 0 && straddled(byte(at - 1), first)) return 0;
  if (end < piece.size() && (continues(byte(end)) || straddled(byte(end - 1), byte(end)))) return 0;
  out = std::copy_n(entries_[c].ids.begin(), entries_[c].count, out);
  return end - at;
}

}  // namespace quern::bpe
