#include "tokenizers/bpe/character_encoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/byte_token.h"

namespace quern::bpe {

CharacterEncoder::CharacterEncoder(const BpeModel& model)
    : tokens_(model.vocabulary, TokenTable::Spelling::text),
      merger_(model.vocabulary.size(), model.merges.size()),
      prefix_(model.continuing_subword_prefix),
      suffix_(model.end_of_word_suffix),
      fuse_unk_(model.fuse_unk),
      byte_fallback_(model.byte_fallback),
      ignore_merges_(model.ignore_merges || model.order == BpeOrder::ranks) {
  if (model.unk_token) {
    const auto unk = tokens_.find(*model.unk_token);
    if (!unk) {
      throw Error(ErrorCode::format, fmt::format("the unknown token \"{}\" is not in the vocabulary", *model.unk_token));
    }
    unk_ = *unk;
  }
  for (int byte = 0; byte < 256; ++byte) byte_ids_[byte] = tokens_.find(byte_token(static_cast<unsigned char>(byte))).value_or(kNoToken);
  for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
    const std::string& token = model.vocabulary[id];
    if (token.empty() || utf8::valid_prefix(token) < token.size()) continue;
    const char* end = token.data();
    const char32_t c = utf8::decode(end);
    if (end == token.data() + token.size()) characters_.add(c, id);
  }
  model.order == BpeOrder::ranks ? add_ranks(model) : add_merges(model);
}

// Any two neighbours join whose concatenation is a token, and its id is the rank. Where merges are dropped out, others than
// its last merge may meet.
void CharacterEncoder::add_ranks(const BpeModel& model) {
  std::vector<std::pair<Merge, TokenId>> merges;
  for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
    const std::string_view token = model.vocabulary[id];
    for (std::size_t cut = 1; cut < token.size(); ++cut) {
      const auto left = tokens_.find(token.substr(0, cut)), right = tokens_.find(token.substr(cut));
      if (left && right) merges.push_back({{*left, *right}, id});
    }
  }
  merger_ = Merger(model.vocabulary.size(), std::max(merges.size(), model.vocabulary.size()));
  for (const auto& [merge, id] : merges) merger_.add(merge, id, id);
}

void CharacterEncoder::add_merges(const BpeModel& model) {
  std::vector<bool> is_byte(model.vocabulary.size());
  for (const TokenId id : byte_ids_) {
    if (id != kNoToken) is_byte[id] = true;
  }
  for (std::size_t rank = 0; rank < model.merges.size(); ++rank) {
    const Merge merge = model.merges[rank];
    const auto known = [&](TokenId id) { return id < tokens_.size() && !model.vocabulary[id].empty(); };
    if (!known(merge.left) || !known(merge.right)) {
      throw Error(ErrorCode::format, fmt::format("merge {} joins tokens {} and {}, which are not both in the vocabulary",
                                                 rank, merge.left, merge.right));
    }
    std::string_view right = model.vocabulary[merge.right];
    right.remove_prefix(std::min(prefix_.size(), right.size()));
    const std::string joined = model.vocabulary[merge.left] + std::string(right);
    const auto result = tokens_.find(joined);
    if (!result) {
      throw Error(ErrorCode::format, fmt::format("merge {} makes \"{}\", which is not in the vocabulary", rank, joined));
    }
    bytes_join_ = bytes_join_ || is_byte[merge.left] || is_byte[merge.right];
    merger_.add(merge, static_cast<std::uint32_t>(rank), *result);
  }
}

TokenId CharacterEncoder::symbol(std::string_view character, bool is_first, bool is_last, std::string& spelled) const {
  const bool prefixed = !is_first && !prefix_.empty(), suffixed = is_last && !suffix_.empty();
  if (!prefixed && !suffixed) {
    spelled.assign(character);
    const char* p = character.data();
    return characters_.find(utf8::decode(p));
  }
  spelled.assign(prefixed ? prefix_ : "").append(character).append(suffixed ? suffix_ : "");
  return tokens_.find(spelled).value_or(kNoToken);
}

bool CharacterEncoder::fall_back(std::string_view symbol, Scratch& scratch, std::size_t& size) const {
  const auto is_token = [this](char byte) { return byte_ids_[static_cast<unsigned char>(byte)] != kNoToken; };
  if (!std::all_of(symbol.begin(), symbol.end(), is_token)) return false;
  scratch.resize(size + symbol.size());
  for (const char byte : symbol) {
    scratch.ids[size] = byte_ids_[static_cast<unsigned char>(byte)];
    scratch.lengths[size++] = 1;
  }
  return true;
}

std::size_t CharacterEncoder::symbols(std::string_view piece, Scratch& scratch) const {
  std::string spelled;
  std::size_t size = 0;
  std::uint32_t unknown = 0;  // bytes that an unk, not yet written, stands for
  const auto write = [&](TokenId id, std::uint32_t length) {
    scratch.resize(size + 1);
    scratch.ids[size] = id;
    scratch.lengths[size++] = length;
  };
  const auto write_unknown = [&] {
    if (unknown > 0) write(unk_, unknown);
    unknown = 0;
  };
  scratch.resize(piece.size());
  for (std::size_t at = 0; at < piece.size();) {
    const char* next = piece.data() + at;
    utf8::decode(next);
    const auto length = static_cast<std::uint32_t>(next - piece.data() - at);
    const std::string_view character = piece.substr(at, length);
    const TokenId id = symbol(character, at == 0, at + length == piece.size(), spelled);
    at += length;
    if (id != kNoToken) {
      write_unknown();
      write(id, length);
    } else if (byte_fallback_ && fall_back(spelled, scratch, size)) {
      // An unk that waits goes behind the bytes: so does Hugging Face, and only vocabularies with a part of the bytes tell.
    } else if (unk_ != kNoToken) {
      if (!fuse_unk_) write_unknown();
      unknown += length;
    }
  }
  write_unknown();
  return size;
}

void CharacterEncoder::encode(std::string_view piece, Scratch& scratch, std::vector<ModelToken>& tokens,
                              MergeObserver* observer) const {
  if (ignore_merges_ && observer == nullptr) {
    if (const auto id = tokens_.find(piece)) {
      tokens.push_back({*id, 0, static_cast<std::uint32_t>(piece.size())});
      return;
    }
  }
  const std::size_t size = symbols(piece, scratch);
  if (size == 0) return;
  observer != nullptr ? merger_.join(scratch, size, *observer) : merger_.join(scratch, size);
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i < size; i = scratch.next[i]) {
    tokens.push_back({scratch.ids[i], begin, begin + scratch.lengths[i]});
    begin += scratch.lengths[i];
  }
}

std::size_t CharacterEncoder::encode(std::string_view piece, Scratch& scratch, TokenId* out) const {
  const std::size_t size = symbols(piece, scratch);
  if (size <= ShortMerge::kMost) {
    ShortMerge row;
    std::copy_n(scratch.ids.begin(), size, row.ids());
    for (std::size_t i = 0; i + 1 < size; ++i) row.set_rank(i, merger_.rank(row.ids()[i], row.ids()[i + 1]));
    const std::size_t left = size > 1 ? merger_.join(row, size) : size;
    std::copy_n(row.ids(), left, out);
    return left;
  }
  merger_.join(scratch, size);
  std::size_t count = 0;
  for (std::size_t i = 0; i < size; i = scratch.next[i]) out[count++] = scratch.ids[i];
  return count;
}

std::size_t CharacterEncoder::symbol_ids(char32_t c, TokenId* out) const {
  const TokenId id = characters_.find(c);
  if (id != kNoToken) return *out = id, 1;
  std::string spelled;
  utf8::append(spelled, c);
  const auto byte_id = [this](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
  if (byte_fallback_ && std::none_of(spelled.begin(), spelled.end(), [&](char b) { return byte_id(b) == kNoToken; })) {
    return static_cast<std::size_t>(std::transform(spelled.begin(), spelled.end(), out, byte_id) - out);
  }
  if (unk_ != kNoToken) return *out = unk_, 1;
  return 0;
}

bool CharacterEncoder::falls_apart() const {
  const auto is_token = [](TokenId id) { return id != kNoToken; };
  const bool every_byte = byte_fallback_ && std::all_of(byte_ids_.begin(), byte_ids_.end(), is_token);
  return !bytes_join_ && (every_byte || unk_ == kNoToken || !(fuse_unk_ || byte_fallback_));
}

}  // namespace quern::bpe
