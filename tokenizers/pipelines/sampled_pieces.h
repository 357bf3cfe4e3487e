// Models that draw a segmentation instead of giving the best one: sampling.h says how.
//
// One thread's; the encoder outlives it. options.sampling is there. Error{usage} for a way that the model does not have.
#pragma once

#include <memory>

#include "tokenizers/bpe/character_encoder.h"
#include "tokenizers/bpe/sentencepiece_encoder.h"
#include "tokenizers/pipelines/piece_model.h"
#include "tokenizers/unigram/encoder.h"

namespace quern {

std::unique_ptr<PieceModel> start_sampling(const bpe::CharacterEncoder& encoder, const EncodeOptions& options);
std::unique_ptr<PieceModel> start_sampling(const bpe::SentencePieceEncoder& encoder, const EncodeOptions& options);
std::unique_ptr<PieceModel> start_sampling(const unigram::Encoder& encoder, const EncodeOptions& options);

// All segmentations of a piece are held at once: Error{memory} where that takes more than `memory`.
void check_lattice_size(std::string_view piece, std::uint64_t memory);

}  // namespace quern
