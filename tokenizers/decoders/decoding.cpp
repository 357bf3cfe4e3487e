#include "tokenizers/decoders/decoding.h"

#include <unordered_set>

#include "core/error.h"

namespace quern {
namespace {

template <class Part>
bool is_only(const std::vector<Decoder>& decoders) {
  return decoders.size() == 1 && std::holds_alternative<Part>(decoders.front());
}

}  // namespace

Decoding::Decoding(const TokenizerDefinition& definition, const std::vector<AddedToken>& normalized) {
  std::unordered_set<std::string_view> specials;
  for (const AddedToken& token : definition.added_tokens) {
    if (token.special) specials.insert(token.content);
  }
  auto next = normalized.begin();  // in the same order; those of which nothing is left are missing
  for (const AddedToken& written : definition.added_tokens) {
    if (!written.normalized) continue;
    std::string_view text;
    if (next != normalized.end() && next->id == written.id) text = next->content, ++next;
    if (text != written.content) renamed_[written.id] = {text, specials.contains(text)};
  }
  if (definition.decoders.empty()) return;
  if (is_only<SentencePieceDecoder>(definition.decoders)) {
    kind_ = Kind::sentence_piece;
    sentence_piece_.emplace(definition);
    return;
  }
  kind_ = is_only<ByteLevelDecoder>(definition.decoders) ? Kind::bytes : Kind::chain;
  for (const Decoder& decoder : definition.decoders) {
    if (std::holds_alternative<SentencePieceDecoder>(decoder)) {
      throw Error(ErrorCode::format, "SentencePiece's decoder cannot stand beside others");
    }
    steps_.push_back(make_decoder_step(decoder));
  }
}

std::string Decoding::decode(TokenList tokens, std::span<const TokenId> ids) const {
  if (sentence_piece_) return sentence_piece_->decode(tokens, ids);
  if (kind_ == Kind::spelled) {
    TokenList spaced;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0) spaced.open().push_back(' ');
      spaced.add(tokens[i]);
    }
    return std::move(spaced).take_text();
  }
  TokenList rewritten;
  for (const auto& step : steps_) {
    rewritten.clear();
    step->apply(tokens, rewritten);
    std::swap(tokens, rewritten);
  }
  return std::move(tokens).take_text();
}

}  // namespace quern
