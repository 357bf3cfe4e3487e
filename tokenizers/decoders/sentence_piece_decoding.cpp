#include "tokenizers/decoders/sentence_piece_decoding.h"

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/formats/sentencepiece_spec.h"

namespace quern {
namespace {

using Kind = SentencePiece::Kind;
constexpr std::string_view kSpace = "\u2581";

const SentencePieceModel& model_of(const TokenizerDefinition& definition) {
  const auto* model = std::get_if<SentencePieceModel>(&definition.model);
  if (model == nullptr) throw Error(ErrorCode::format, "SentencePiece's decoder needs a SentencePiece model");
  return *model;
}

// Rules as they stand in the model; a denormalizer without any does nothing, whatever it says of spaces.
std::vector<Normalizer> denormalizer_of(const SentencePieceModel& model) {
  static const std::string kPath = "the model's denormalizer";
  SentencePieceModel rest;
  SentencePieceNormalizer normalizer;
  formats::read_normalizer_spec(formats::WireReader(model.denormalizer_spec, kPath), rest, normalizer);
  if (normalizer.charsmap.empty()) return {};
  return {std::move(normalizer)};
}

// "<0xE4>"
std::optional<char> byte_of(std::string_view piece) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece.back() != '>') return std::nullopt;
  const std::size_t high = kDigits.find(piece[3]), low = kDigits.find(piece[4]);
  if (high == kDigits.npos || low == kDigits.npos) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

// One U+FFFD for each byte that belongs to no character.
void append_bytes(std::string& text, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t valid = utf8::valid_prefix(bytes);
    text.append(bytes, 0, valid);
    if (valid < bytes.size()) utf8::append(text, utf8::kReplacement);
    bytes.remove_prefix(std::min(valid + 1, bytes.size()));
  }
}

void append_spaced(std::string& text, std::string_view piece) {
  for (std::size_t at; (at = piece.find(kSpace)) != piece.npos; piece.remove_prefix(at + kSpace.size())) {
    text.append(piece, 0, at).push_back(' ');
  }
  text.append(piece);
}

}  // namespace

SentencePieceDecoding::SentencePieceDecoding(const TokenizerDefinition& definition)
    : model_(model_of(definition)), denormalizer_(denormalizer_of(model_)) {
  for (const SentencePiece& piece : model_.pieces) {
    if (piece.kind == Kind::byte && !byte_of(piece.text)) {
      throw Error(ErrorCode::format, "the byte piece \"" + piece.text + "\" spells no byte");
    }
  }
  for (const Normalizer& normalizer : definition.normalizers) {
    const auto* spaces = std::get_if<SentencePieceNormalizer>(&normalizer);
    if (spaces == nullptr) continue;
    drops_first_space_ = spaces->add_dummy_prefix || spaces->remove_extra_whitespaces;
    drops_all_first_spaces_ = spaces->remove_extra_whitespaces;
  }
}

std::string SentencePieceDecoding::decode(const TokenList& tokens, std::span<const TokenId> ids) const {
  std::string text, bytes;
  bool at_beginning = drops_first_space_;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Kind kind = ids[i] < model_.pieces.size() ? model_.pieces[ids[i]].kind : Kind::user_defined;
    std::string_view piece = tokens[i];
    if (kind == Kind::byte) {
      bytes.push_back(*byte_of(piece));
      continue;
    }
    append_bytes(text, bytes);
    bytes.clear();
    if (kind == Kind::control) continue;
    if (kind == Kind::unknown) {
      text += piece == model_.pieces[ids[i]].text ? std::string_view(model_.unk_surface) : piece;
      continue;
    }
    if (at_beginning && text.empty() && piece.starts_with(kSpace)) {
      piece.remove_prefix(kSpace.size());
      at_beginning = drops_all_first_spaces_;
    }
    append_spaced(text, piece);
  }
  append_bytes(text, bytes);
  if (denormalizer_.is_identity()) return text;
  std::string denormalized;
  denormalizer_.normalize(text, denormalized);
  return denormalized;
}

}  // namespace quern
