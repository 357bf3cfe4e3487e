// SentencePiece's pieces back to text, as sentencepiece 0.2.3 does it: by their kinds.
//
//   control pieces are nothing; an unknown piece is the model's unk_surface (or itself, where it is spelled otherwise
//   than the model's); a run of byte pieces is the text of its bytes, one U+FFFD for each byte that is none; in all
//   others U+2581 is a space, except at the beginning of the text, where the normalizer put one: the first (with
//   remove_extra_whitespaces: all) of the pieces' leading ones goes, until something is written. Last come the rules of
//   the model's denormalizer, where it has any.
//
// Immutable after construction, so any number of threads may share it.
#pragma once

#include <span>
#include <string>

#include "tokenizers/decoders/token_list.h"
#include "tokenizers/definition.h"
#include "tokenizers/normalizers/normalizer_chain.h"

namespace quern {

class SentencePieceDecoding {
 public:
  // Error{format} when the model is not SentencePiece's, a byte piece spells no byte, or the denormalizer is damaged. The definition must outlive this.
  explicit SentencePieceDecoding(const TokenizerDefinition& definition);

  // ids: of the tokens; those that the model does not know have the unknown piece's.
  std::string decode(const TokenList& tokens, std::span<const TokenId> ids) const;

 private:
  const SentencePieceModel& model_;
  bool drops_first_space_ = false, drops_all_first_spaces_ = false;
  const NormalizerChain denormalizer_;
};

}  // namespace quern
