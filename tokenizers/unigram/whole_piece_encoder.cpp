#include "tokenizers/unigram/whole_piece_encoder.h"

#include <algorithm>

#include "core/error.h"
#include "tokenizers/unigram/sinks.h"
#include "tokenizers/unigram/word_cache.h"

namespace quern::unigram {
WholePieceEncoder::WholePieceEncoder(const SentencePieceModel& model)
    : words_(model.algorithm == SentencePieceModel::Algorithm::word), unknowns_(model) {
  for (TokenId id = 0; id < model.pieces.size(); ++id) {
    const SentencePiece& piece = model.pieces[id];
    if (piece.kind != SentencePiece::Kind::normal && piece.kind != SentencePiece::Kind::user_defined) continue;
    if (!ids_.emplace(piece.text, id).second) {
      throw Error(ErrorCode::format, "the piece \"" + piece.text + "\" is there twice");
    }
    if (piece.kind != SentencePiece::Kind::user_defined) continue;
    for (std::size_t size = 1; size < piece.text.size(); ++size) user_defined_.emplace(piece.text.substr(0, size), false);
    user_defined_[piece.text] = true;
  }
}

// Up to the next space symbol.
std::size_t WholePieceEncoder::word_size(std::string_view text) const {
  return std::min(text.find(kSpace, character_size(text[0])), text.size());
}

// The longest user-defined piece here, or one character.
std::size_t WholePieceEncoder::symbol_size(std::string_view text) const {
  std::size_t longest = character_size(text.data(), text.data() + text.size());
  if (user_defined_.empty()) return longest;
  for (std::size_t size = 1; size <= text.size(); ++size) {
    const auto found = user_defined_.find(std::string(text.substr(0, size)));
    if (found == user_defined_.end()) break;
    if (found->second) longest = size;
  }
  return longest;
}

void WholePieceEncoder::encode(std::string_view text, std::vector<ModelToken>& tokens) const {
  std::vector<Part> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const std::size_t size = words_ ? word_size(rest) : symbol_size(rest);
    const auto found = ids_.find(std::string(rest.substr(0, size)));
    parts.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + size),
                     found == ids_.end() ? Part::kUnknown : found->second});
    at += size;
  }
  std::reverse(parts.begin(), parts.end());
  bool after_unknown = false;
  TokenSink sink{tokens};
  unknowns_.append(text, parts, after_unknown, sink);
}

}  // namespace quern::unigram
