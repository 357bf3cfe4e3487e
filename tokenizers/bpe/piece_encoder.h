// BPE on one piece: from bytes to token ids. The heart of encoding.
//
//   const PieceEncoder bpe(model);                // compiles the vocabulary; immutable, shared by threads
//   PieceEncoder::Scratch scratch;                // per thread
//   bpe.encode(" grinding", scratch, ids);        // appends
//
// Works on bytes: `BpeModel` texts are unspelled (tokenizers/byte_level.h) at construction. The pair with the lowest
// rank goes first, ties to the left: Sennrich et al. 2016 as Hugging Face (merge lists) and tiktoken (ranks) do it.
// Worst case O(n log n) in the length of the piece; short pieces are scanned, which is quicker.
// Construction checks every id and throws Error{format}: a merge whose result is no token, a byte that is no token and
// has no unk.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"

namespace quern::bpe {

class PieceEncoder {
 public:
  explicit PieceEncoder(const BpeModel& model);
  ~PieceEncoder();

  struct Scratch;
  struct ScratchDeleter { void operator()(Scratch* scratch) const; };
  using ScratchPointer = std::unique_ptr<Scratch, ScratchDeleter>;
  static ScratchPointer make_scratch();

  // Appends the ids of a piece of at least one byte.
  void encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& ids) const;

 private:
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace quern::bpe
