#include "tokenizers/unigram/unknown_parts.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "tokenizers/byte_token.h"
#include "tokenizers/token_ids.h"

namespace quern::unigram {
SentencePieceUnknowns::SentencePieceUnknowns(const SentencePieceModel& model) {
  std::unordered_map<std::string_view, TokenId> bytes;
  for (TokenId id = 0; id < model.pieces.size(); ++id) {
    const SentencePiece& piece = model.pieces[id];
    if (piece.kind == SentencePiece::Kind::byte) bytes.emplace(piece.text, id);
    if (piece.kind != SentencePiece::Kind::unknown) continue;
    if (unk_) throw Error(ErrorCode::format, "the model has two unknown pieces");
    unk_ = id;
  }
  if (!model.byte_fallback) {
    if (!unk_) throw Error(ErrorCode::format, "the model has no unknown piece");
    return;
  }
  auto& ids = bytes_.emplace();
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const auto found = bytes.find(byte_token(static_cast<unsigned char>(byte)));
    if (found == bytes.end()) {
      throw Error(ErrorCode::format, "the model has byte_fallback, but no piece " + byte_token(static_cast<unsigned char>(byte)));
    }
    ids[byte] = found->second;
  }
}

HuggingFaceUnknowns::HuggingFaceUnknowns(const UnigramModel& model)
    : unk_(model.unk_id.value_or(Part::kUnknown)), byte_fallback_(model.byte_fallback) {
  if (!byte_fallback_) return;
  TokenIds ids(model.vocabulary.size());  // of tokens with the same text the last counts
  for (std::size_t id = model.vocabulary.size(); id-- > 0;) ids.add(model.vocabulary[id], static_cast<TokenId>(id));
  for (std::size_t byte = 0; byte < 256; ++byte) bytes_[byte] = ids.find(byte_token(static_cast<unsigned char>(byte)));
}

bool HuggingFaceUnknowns::has_bytes(std::string_view bytes) const {
  return byte_fallback_ && std::all_of(bytes.begin(), bytes.end(),
                                       [&](char byte) { return bytes_[static_cast<unsigned char>(byte)].has_value(); });
}

}  // namespace quern::unigram
