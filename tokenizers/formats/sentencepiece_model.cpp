// SentencePiece's .model: a ModelProto message (google/sentencepiece, src/sentencepiece_model.proto), read and written
// with our own wire code, since the library must not see untrusted bytes. What the runtime needs goes into the
// definition, all else is kept as bytes, so that a file comes back as it was.
#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "core/error.h"
#include "core/io/input.h"
#include "tokenizers/formats/protobuf_wire.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/sentencepiece_folder.h"
#include "tokenizers/formats/sentencepiece_spec.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

using Kind = SentencePiece::Kind;

enum ModelField : std::uint32_t {
  kPieces = 1,
  kTrainerSpec = 2,
  kNormalizerSpec = 3,
  kSelfTestData = 4,
  kDenormalizerSpec = 5
};
constexpr std::string_view kSuffix = ".model";
enum PieceField : std::uint32_t { kText = 1, kScore = 2, kKind = 3 };

// Builds the list of pieces and checks what holds between them.
class Pieces {
 public:
  Pieces(const std::string& path, SentencePieceModel& model) : path_(path), model_(model) {}

  void add(const WireField& whole) {
    SentencePiece piece;
    bool has_score = false;
    WireReader reader(whole.content, path_, whole.content_begin);
    for (WireField field; reader.next(field);) {
      if (field.number == kText) {
        piece.text = reader.text(field);
      } else if (field.number == kScore) {
        piece.score = reader.number(field);
        has_score = true;
        if (!std::isfinite(piece.score)) reader.refuse(field, "a score that is not finite");
      } else if (field.number == kKind) {
        const std::uint64_t kind = reader.varint(field);
        if (kind < 1 || kind > 6) reader.refuse(field, "no kind of piece has the number " + std::to_string(kind));
        piece.kind = static_cast<Kind>(kind);
      } else {
        reader.refuse(field, "a member of a piece that is not known");
      }
    }
    if (piece.text.empty()) reader.refuse(whole, "an empty piece");
    if (piece.text.find('\0') != piece.text.npos) reader.refuse(whole, "a piece with NUL in it");
    if (!places_.emplace(piece.text, whole.begin).second) {
      reader.refuse(whole, "piece " + in_quotes(piece.text) + " is there twice");
    }
    if (piece.kind == Kind::unknown && ++unknowns_ > 1) reader.refuse(whole, "a second unknown piece");
    if (piece.kind != Kind::normal && !has_score) model_.zero_scores = false;
    model_.pieces.push_back(std::move(piece));
  }

  void finish() const {
    if (unknowns_ == 0) throw Error(ErrorCode::format, "no piece is the unknown one").at(path_);
    std::size_t bytes = 0;
    for (const SentencePiece& piece : model_.pieces) {
      if (piece.kind != Kind::byte) continue;
      if (!model_.byte_fallback) refuse(piece, "is a byte, but byte_fallback is not set");
      if (!byte_of(piece.text)) refuse(piece, "is said to be a byte");
      ++bytes;
    }
    if (model_.byte_fallback && bytes != 256) {
      throw Error(ErrorCode::format, "byte_fallback with pieces for " + std::to_string(bytes) + " bytes").at(path_);
    }
  }

 private:
  [[noreturn]] void refuse(const SentencePiece& piece, const std::string& message) const {
    throw Error(ErrorCode::format, "piece " + in_quotes(piece.text) + " " + message).at(path_, 0, places_.at(piece.text));
  }

  const std::string& path_;
  SentencePieceModel& model_;
  std::unordered_map<std::string, std::uint64_t> places_;
  int unknowns_ = 0;
};

// A head that begins with a field 1 in which a text is followed by a score or a kind.
bool looks_like_pieces(std::string_view head) {
  const auto byte = [&](std::size_t i) { return i < head.size() ? static_cast<unsigned char>(head[i]) : 0u; };
  if (byte(0) != 0x0A || byte(1) >= 0x80 || byte(2) != 0x0A) return false;
  const std::size_t text_size = byte(3), behind = 4 + text_size, end = 2 + std::size_t{byte(1)};
  if (text_size == 0 || behind > end) return false;
  return behind == end ? byte(end) == 0x0A : byte(behind) == 0x15 || byte(behind) == 0x18;
}

bool recognises(const Candidate& candidate) {
  if (candidate.is_folder) return !sentencepiece_in_folder(candidate).empty();
  if (looks_like_pieces(candidate.head)) return true;
  // Some call a .tiktoken file so.
  return candidate.name().ends_with(kSuffix) && !tiktoken.recognises(candidate);
}

TokenizerDefinition read_file_or_folder(const Candidate& candidate, const LoadOptions&) {
  if (candidate.is_folder) return read_sentencepiece_folder(candidate);
  return read_sentencepiece(read_file(candidate.path), candidate.path);
}

[[noreturn]] void refuse_to_say(const std::string& reason) {
  throw Error(ErrorCode::unsupported, "a SentencePiece .model cannot say this tokenizer: " + reason);
}

const SentencePieceNormalizer& require_sayable(const TokenizerDefinition& definition) {
  if (!std::holds_alternative<SentencePieceModel>(definition.model)) refuse_to_say("its model is not SentencePiece's");
  const auto* normalizer = definition.normalizers.size() == 1
                               ? std::get_if<SentencePieceNormalizer>(&definition.normalizers[0])
                               : nullptr;
  if (!normalizer) refuse_to_say("its normalizer is not SentencePiece's");
  if (!definition.pre_tokenizers.empty()) refuse_to_say("it has a pre-tokenizer");
  if (!definition.post_processors.empty()) refuse_to_say("it puts special tokens around a text");
  if (!definition.added_tokens.empty()) {
    refuse_to_say("it has no place for the added token " + in_quotes(definition.added_tokens[0].content));
  }
  if (definition.decoders != std::vector<Decoder>{SentencePieceDecoder{}}) {
    refuse_to_say("its decoder is not SentencePiece's");
  }
  return *normalizer;
}

// piece<TAB>score, as `spm_train` writes beside a model: for people, since the rules are not in it.
std::string vocabulary_text(const SentencePieceModel& model) {
  std::string text;
  for (const SentencePiece& piece : model.pieces) {
    std::array<char, 32> score;
    const int size = std::snprintf(score.data(), score.size(), "%g", static_cast<double>(piece.score));
    text += piece.text + "\t" + std::string(score.data(), static_cast<std::size_t>(size)) + "\n";
  }
  return text;
}

void write_to_files(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options) {
  const std::string model = write_sentencepiece(definition);
  const std::string beside = path.substr(0, path.size() - kSuffix.size()) + ".vocab";
  Output vocabulary = Output::to_file(beside, options);
  vocabulary.write(vocabulary_text(std::get<SentencePieceModel>(definition.model)));
  write_file(path, model, options);
  vocabulary.commit();
}

}  // namespace

std::optional<unsigned char> byte_of(std::string_view piece) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return std::nullopt;
  const int high = digit(piece[3]), low = digit(piece[4]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<unsigned char>(high << 4 | low);
}

TokenizerDefinition read_sentencepiece(std::string_view bytes, const std::string& name) {
  SentencePieceModel model;
  SentencePieceNormalizer normalizer;
  normalizer.name.clear();
  Pieces pieces(name, model);
  WireReader reader(bytes, name);
  // A message that stands there several times counts as one whose fields are those of all.
  for (WireField field; reader.next(field);) {
    const bool is_ours = field.number >= kPieces && field.number <= kDenormalizerSpec;
    const WireReader message(is_ours ? reader.bytes(field) : std::string_view(), name, field.content_begin);
    switch (field.number) {
      case kPieces:
        pieces.add(field);
        break;
      case kTrainerSpec:
        read_trainer_spec(message, model, normalizer);
        model.trainer_spec += field.content;
        break;
      case kNormalizerSpec:
        read_normalizer_spec(message, model, normalizer);
        break;
      case kSelfTestData:
        model.self_test_data += field.content;
        break;
      case kDenormalizerSpec:
        model.denormalizer_spec += field.content;
        break;
      default:
        model.unknown_fields += field.whole;
    }
  }
  pieces.finish();

  TokenizerDefinition definition;
  definition.normalizers = {std::move(normalizer)};
  definition.model = std::move(model);
  definition.decoders = {SentencePieceDecoder{}};
  definition.specials_in_text = false;
  return definition;
}

std::string write_sentencepiece(const TokenizerDefinition& definition) {
  const SentencePieceNormalizer& normalizer = require_sayable(definition);
  const auto& model = std::get<SentencePieceModel>(definition.model);
  std::string out, message;
  for (const SentencePiece& piece : model.pieces) {
    message.clear();
    wire::append_bytes(message, kText, piece.text);
    const bool is_normal = piece.kind == Kind::normal;
    if (is_normal || model.zero_scores || piece.score != 0) wire::append_float(message, kScore, piece.score);
    if (!is_normal) wire::append_varint(message, kKind, static_cast<std::uint64_t>(piece.kind));
    wire::append_bytes(out, kPieces, message);
  }
  wire::append_bytes(out, kTrainerSpec, write_trainer_spec(model, normalizer));
  wire::append_bytes(out, kNormalizerSpec, write_normalizer_spec(model, normalizer));
  if (!model.self_test_data.empty()) wire::append_bytes(out, kSelfTestData, model.self_test_data);
  if (!model.denormalizer_spec.empty()) wire::append_bytes(out, kDenormalizerSpec, model.denormalizer_spec);
  return out += model.unknown_fields;
}

const Format sentencepiece = {"SentencePiece .model", recognises, read_file_or_folder,
                              [](std::string_view path) { return path.ends_with(kSuffix); }, write_to_files};

}  // namespace quern::formats
