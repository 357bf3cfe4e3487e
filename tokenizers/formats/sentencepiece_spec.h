// The two specifications inside a SentencePiece .model: how it was trained and how it normalizes text. What the runtime
// needs becomes members of the definition, the rest stays as the bytes of the message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tokenizers/definition.h"
#include "tokenizers/formats/protobuf_wire.h"

namespace quern::formats {

// From a TrainerSpec into the members beside model.trainer_spec, which is to be kept by the caller.
void read_trainer_spec(WireReader message, SentencePieceModel& model, SentencePieceNormalizer& normalizer);
// From a NormalizerSpec: its rules and flags to the normalizer, all but the rules behind model.normalizer_spec.
void read_normalizer_spec(WireReader message, SentencePieceModel& model, SentencePieceNormalizer& normalizer);

// The messages again: fields that say what the members say stay as they are, others are replaced or put in their place.
std::string write_trainer_spec(const SentencePieceModel& model, const SentencePieceNormalizer& normalizer);
std::string write_normalizer_spec(const SentencePieceModel& model, const SentencePieceNormalizer& normalizer);

std::optional<unsigned char> byte_of(std::string_view piece);  // of "<0x0A>": 10

}  // namespace quern::formats
