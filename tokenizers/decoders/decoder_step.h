// One decoder of tokenizer.json: a list of tokens in, a list of tokens out, as Hugging Face 0.23.3 rewrites it.
//
//   const auto step = make_decoder_step(WordPieceDecoder{});
//   step->apply(tokens, rewritten);            // "mill", "##ing" → "mill", "ing"
//
// Steps are immutable, so any number of threads may share them. Where Hugging Face panics (Strip at the end of a token
// that is too short), as much as there is goes.
#pragma once

#include <memory>

#include "tokenizers/decoders/token_list.h"
#include "tokenizers/definition/decoders.h"

namespace quern {

class DecoderStep {
 public:
  virtual ~DecoderStep() = default;
  virtual void apply(const TokenList& in, TokenList& out) const = 0;  // out is empty
};

// Not for SentencePieceDecoder, which knows the model (sentence_piece_decoding.h).
std::unique_ptr<const DecoderStep> make_decoder_step(const Decoder& decoder);

}  // namespace quern
