#include "tokenizers/formats/sentencepiece_spec.h"

#include <algorithm>
#include <vector>

#include "tokenizers/formats/protobuf_wire.h"

namespace quern::formats {
namespace {

enum TrainerField : std::uint32_t {
  kModelType = 3,
  kVocabSize = 4,
  kWhitespaceAsSuffix = 24,
  kByteFallback = 35,
  kUnkId = 40,
  kBosId = 41,
  kEosId = 42,
  kPadId = 43,
  kUnkSurface = 44,
  kUnkPiece = 45,
  kBosPiece = 46,
  kEosPiece = 47,
  kPadPiece = 48
};
enum NormalizerField : std::uint32_t {
  kName = 1,
  kCharsmap = 2,
  kAddDummyPrefix = 3,
  kRemoveExtraWhitespaces = 4,
  kEscapeWhitespaces = 5
};

// Where errors in a message would stand that was read before, so that it has none.
const std::string kOurs = "the definition";

// A message as a list of fields, of which some are replaced. Where a field stands twice the last counts.
class Fields {
 public:
  explicit Fields(std::string_view message) {
    WireReader reader(message, kOurs);
    for (WireField field; reader.next(field);) fields_.push_back({field.number, std::string(field.whole)});
  }

  void replace(std::uint32_t number, std::string whole) {
    const auto last = std::find_if(fields_.rbegin(), fields_.rend(), [&](const auto& f) { return f.number == number; });
    if (last != fields_.rend()) {
      last->whole = std::move(whole);
      return;
    }
    const auto behind = std::find_if(fields_.begin(), fields_.end(), [&](const auto& f) { return f.number > number; });
    fields_.insert(behind, {number, std::move(whole)});
  }

  std::string message() const {
    std::string out;
    for (const auto& field : fields_) out += field.whole;
    return out;
  }

 private:
  struct Field {
    std::uint32_t number;
    std::string whole;
  };
  std::vector<Field> fields_;
};

void replace_varint(Fields& fields, std::uint32_t number, std::uint64_t value) {
  std::string whole;
  wire::append_varint(whole, number, value);
  fields.replace(number, std::move(whole));
}

void replace_text(Fields& fields, std::uint32_t number, std::string_view text) {
  std::string whole;
  wire::append_bytes(whole, number, text);
  fields.replace(number, std::move(whole));
}

// Where the pieces of the four roles stand; -1: nowhere.
void fill_in_ids(Fields& fields, const SentencePieceModel& model) {
  for (const auto& [number, role] : {std::pair(kUnkId, &model.unk_piece), std::pair(kBosId, &model.bos_piece),
                                     std::pair(kEosId, &model.eos_piece), std::pair(kPadId, &model.pad_piece)}) {
    std::int64_t id = -1;
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
      if (model.pieces[i].text == *role) id = static_cast<std::int64_t>(i);
    }
    replace_varint(fields, number, static_cast<std::uint64_t>(id));
  }
}

}  // namespace

void read_trainer_spec(WireReader reader, SentencePieceModel& model, SentencePieceNormalizer& normalizer) {
  for (WireField field; reader.next(field);) {
    switch (field.number) {
      case kModelType: {
        const std::uint64_t type = reader.varint(field);
        if (type < 1 || type > 4) reader.refuse(field, "no type of model has the number " + std::to_string(type));
        model.algorithm = static_cast<SentencePieceModel::Algorithm>(type);
        break;
      }
      case kWhitespaceAsSuffix:
        normalizer.whitespace_as_suffix = reader.boolean(field);
        break;
      case kByteFallback:
        model.byte_fallback = reader.boolean(field);
        break;
      case kUnkSurface:
        model.unk_surface = reader.text(field);
        break;
      case kUnkPiece:
        model.unk_piece = reader.text(field);
        break;
      case kBosPiece:
        model.bos_piece = reader.text(field);
        break;
      case kEosPiece:
        model.eos_piece = reader.text(field);
        break;
      case kPadPiece:
        model.pad_piece = reader.text(field);
        break;
      default:
        break;
    }
  }
}

void read_normalizer_spec(WireReader reader, SentencePieceModel& model, SentencePieceNormalizer& normalizer) {
  for (WireField field; reader.next(field);) {
    switch (field.number) {
      case kName:
        normalizer.name = reader.text(field);
        break;
      case kCharsmap:
        normalizer.charsmap = reader.bytes(field);
        wire::append_bytes(model.normalizer_spec, kCharsmap, "");
        continue;
      case kAddDummyPrefix:
        normalizer.add_dummy_prefix = reader.boolean(field);
        break;
      case kRemoveExtraWhitespaces:
        normalizer.remove_extra_whitespaces = reader.boolean(field);
        break;
      case kEscapeWhitespaces:
        normalizer.escape_whitespaces = reader.boolean(field);
        break;
      default:
        break;
    }
    model.normalizer_spec += field.whole;
  }
}

std::string write_trainer_spec(const SentencePieceModel& model, const SentencePieceNormalizer& normalizer) {
  SentencePieceModel said;
  SentencePieceNormalizer said_normalizer;
  read_trainer_spec(WireReader(model.trainer_spec, kOurs), said, said_normalizer);
  Fields fields(model.trainer_spec);
  const bool is_new = model.trainer_spec.empty();
  if (is_new || said.algorithm != model.algorithm) {
    replace_varint(fields, kModelType, static_cast<std::uint64_t>(model.algorithm));
  }
  if (is_new) replace_varint(fields, kVocabSize, model.pieces.size());
  if (said_normalizer.whitespace_as_suffix != normalizer.whitespace_as_suffix) {
    replace_varint(fields, kWhitespaceAsSuffix, normalizer.whitespace_as_suffix);
  }
  if (said.byte_fallback != model.byte_fallback) replace_varint(fields, kByteFallback, model.byte_fallback);
  if (is_new) fill_in_ids(fields, model);
  const auto differs = [&](auto member) { return is_new || said.*member != model.*member; };
  for (const auto& [number, member] : {std::pair(kUnkSurface, &SentencePieceModel::unk_surface),
                                       std::pair(kUnkPiece, &SentencePieceModel::unk_piece),
                                       std::pair(kBosPiece, &SentencePieceModel::bos_piece),
                                       std::pair(kEosPiece, &SentencePieceModel::eos_piece),
                                       std::pair(kPadPiece, &SentencePieceModel::pad_piece)}) {
    if (differs(member)) replace_text(fields, number, model.*member);
  }
  return fields.message();
}

std::string write_normalizer_spec(const SentencePieceModel& model, const SentencePieceNormalizer& normalizer) {
  SentencePieceModel unused;
  SentencePieceNormalizer said;
  said.name.clear();
  read_normalizer_spec(WireReader(model.normalizer_spec, kOurs), unused, said);
  Fields fields(model.normalizer_spec);
  const bool is_new = model.normalizer_spec.empty();
  if (said.name != normalizer.name) replace_text(fields, kName, normalizer.name);
  if (is_new || !normalizer.charsmap.empty()) replace_text(fields, kCharsmap, normalizer.charsmap);
  if (is_new || said.add_dummy_prefix != normalizer.add_dummy_prefix) {
    replace_varint(fields, kAddDummyPrefix, normalizer.add_dummy_prefix);
  }
  if (is_new || said.remove_extra_whitespaces != normalizer.remove_extra_whitespaces) {
    replace_varint(fields, kRemoveExtraWhitespaces, normalizer.remove_extra_whitespaces);
  }
  if (is_new || said.escape_whitespaces != normalizer.escape_whitespaces) {
    replace_varint(fields, kEscapeWhitespaces, normalizer.escape_whitespaces);
  }
  return fields.message();
}

}  // namespace quern::formats
