#include "tokenizers/evaluation/token_traits.h"

#include <algorithm>

#include "core/text/utf8.h"

namespace quern {
namespace {

struct FindUnknown {
  const Tokenizer& tokenizer;
  std::optional<TokenId> operator()(const BpeModel& model) const {
    return model.unk_token ? tokenizer.id(*model.unk_token) : std::nullopt;
  }
  std::optional<TokenId> operator()(const WordPieceModel& model) const { return tokenizer.id(model.unk_token); }
  std::optional<TokenId> operator()(const WordLevelModel& model) const { return tokenizer.id(model.unk_token); }
  std::optional<TokenId> operator()(const UnigramModel& model) const { return model.unk_id; }
  std::optional<TokenId> operator()(const SentencePieceModel& model) const {
    const auto is_unknown = [](const SentencePiece& piece) { return piece.kind == SentencePiece::Kind::unknown; };
    const auto found = std::find_if(model.pieces.begin(), model.pieces.end(), is_unknown);
    if (found == model.pieces.end()) return std::nullopt;
    return static_cast<TokenId>(found - model.pieces.begin());
  }
};

struct FallsBack {
  bool operator()(const BpeModel& model) const { return model.byte_fallback; }
  bool operator()(const UnigramModel& model) const { return model.byte_fallback; }
  bool operator()(const SentencePieceModel& model) const { return model.byte_fallback; }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

// "<0x0A>"
bool is_byte(std::string_view token) {
  return token.size() == 6 && token.starts_with("<0x") && token[5] == '>' &&
         token.substr(3, 2).find_first_not_of("0123456789ABCDEF") == token.npos;
}

std::uint8_t torn_ends(std::string_view bytes) {
  const auto is_continuation = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
  std::uint8_t traits = 0;
  if (is_continuation(bytes.front())) traits |= TokenTraits::kTornFront;
  std::size_t last = bytes.size() - 1;  // where the last character begins
  while (last > 0 && is_continuation(bytes[last])) --last;
  if (!utf8::is_valid(bytes.substr(last))) traits |= TokenTraits::kTornBack;
  return traits;
}

}  // namespace

std::optional<TokenId> unknown_token(const Tokenizer& tokenizer) {
  return std::visit(FindUnknown{tokenizer}, tokenizer.definition().model);
}

TokenTraits::TokenTraits(const Tokenizer& tokenizer) : traits_(tokenizer.size()) {
  const bool falls_back = std::visit(FallsBack{}, tokenizer.definition().model);
  std::vector<bool> added(tokenizer.size());
  for (const AddedToken& token : tokenizer.definition().added_tokens) added[token.id] = true;
  for (TokenId id = 0; id < traits_.size(); ++id) {
    if (added[id] || tokenizer.token(id).empty()) continue;
    if (falls_back && is_byte(tokenizer.token(id))) traits_[id] |= kByte;
    if (tokenizer.decodes_bytewise() && !tokenizer.bytes(id).empty()) traits_[id] |= torn_ends(tokenizer.bytes(id));
  }
  if (const auto unknown = unknown_token(tokenizer)) traits_[*unknown] |= kUnknown;
}

}  // namespace quern
