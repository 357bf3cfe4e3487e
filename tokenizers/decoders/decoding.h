// Token texts back to text: the decoders of a definition, one after the other, and what they leave joined.
//
//   const Decoding decoding(definition);
//   decoding.decode(tokens, ids);               // "▁the", "▁mill" → "the mill"
//
// Two kinds of tokenizers need no list: without a decoder the tokens stand as they are spelled, spaces between them; and
// where ByteLevel is the only one, every token is its bytes, so that the texts of two halves make the text of the whole.
// An added token that is normalized decodes to its normalized text, and counts as special only if that text does: with
// Llama 2's normalizer "<s>" is "▁<s>", which is not left out with the special ones. So does Hugging Face 0.23.3.
// Immutable after construction, so any number of threads may share it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizers/decoders/decoder_step.h"
#include "tokenizers/decoders/sentence_piece_decoding.h"
#include "tokenizers/definition.h"

namespace quern {

class Decoding {
 public:
  // normalized: the added tokens with normalized = true, their contents normalized. Error{format} when a decoder does not
  // fit the model, Error{usage} when a pattern does not compile. Both arguments must outlive this.
  Decoding(const TokenizerDefinition& definition, const std::vector<AddedToken>& normalized);

  enum class Kind { spelled, bytes, chain, sentence_piece };
  Kind kind() const { return kind_; }

  // What an added token decodes to, where that is not its content.
  struct Renamed {
    std::string_view text;
    bool special = false;
  };
  const Renamed* renamed(TokenId id) const {
    const auto found = renamed_.find(id);
    return found == renamed_.end() ? nullptr : &found->second;
  }

  // ids: of the tokens; used by SentencePiece's decoder alone.
  std::string decode(TokenList tokens, std::span<const TokenId> ids) const;

 private:
  Kind kind_ = Kind::spelled;
  std::vector<std::unique_ptr<const DecoderStep>> steps_;
  std::optional<SentencePieceDecoding> sentence_piece_;
  std::unordered_map<TokenId, Renamed> renamed_;
};

}  // namespace quern
