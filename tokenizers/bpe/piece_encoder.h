// BPE on one piece: from bytes to token ids. The heart of encoding.
//
//   const PieceEncoder bpe(model);                   // compiles the vocabulary; immutable, shared by threads
//   auto scratch = PieceEncoder::make_scratch();     // per thread
//   bpe.encode(" grinding", *scratch, ids);          // appends
//
// Works on bytes: `BpeModel` texts are unspelled (tokenizers/byte_level.h) at construction. The pair with the lowest
// rank goes first, ties to the left: Sennrich et al. 2016 as Hugging Face (merge lists) and tiktoken (ranks) do it.
// Short pieces are scanned; long ones are merged part by part in linear time, or with one heap, O(n log n), where a
// vocabulary lacks bytes or was made to defeat that.
//
// Under BpeOrder::ranks any two neighbours join whose concatenation is a token. But what lies under a token was merged
// as if it stood alone, so of all pairs that spell a token only the last of its own merges can ever meet: n ranks are at
// most n merges, and both orders run on one table.
//
// A byte that is no token becomes unk_token, or nothing where there is none, as Hugging Face does.
// Construction throws Error{format} for a merge whose parts or whose result are no tokens.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"

namespace quern::bpe {

class CharacterTable;
class Seams;

class PieceEncoder {
 public:
  explicit PieceEncoder(const BpeModel& model);
  ~PieceEncoder();
  PieceEncoder(PieceEncoder&&) noexcept;

  struct Scratch;
  struct ScratchDeleter { void operator()(Scratch* scratch) const; };
  using ScratchPointer = std::unique_ptr<Scratch, ScratchDeleter>;
  static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};
  // A piece that needs the one heap, and more than `memory` bytes for it (48 for each of its own), is Error{memory}.
  static ScratchPointer make_scratch(std::uint64_t memory = kUnlimited);

  // Appends the ids of a piece of at least one byte.
  void encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& ids) const;
  // The same, and for each id the number of bytes of the piece it stands for. They add up to the piece, less the bytes
  // that were dropped because they are no tokens. Slower: for offsets.
  void encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& ids, std::vector<std::uint32_t>& lengths) const;
  // Writes them to `out`, which has room for piece.size() ids; returns how many.
  std::size_t encode(std::string_view piece, Scratch& scratch, TokenId* out) const;

  // The same by merging alone, for a part of a piece.
  std::size_t merge(std::string_view part, Scratch& scratch, TokenId* out) const;
  // Whether a piece may become a token that merging does not give.
  bool looks_for_wholes() const;

  // The merges, earlier first, with the token each gives: under ranks, the one merge of each token that can be reached.
  struct MergeResult {
    Merge merge{};
    TokenId result = 0xFFFFFFFF;
    bool exists() const { return result != 0xFFFFFFFF; }  // some ranks are no merges
  };
  std::vector<MergeResult> merges() const;

  // What a text falls apart into, and what its characters become where they stand alone; null when some byte is no token.
  const CharacterTable* characters() const;
  const Seams& seams() const;

  std::string_view bytes(TokenId id) const;  // empty for a token that stands for no bytes (most special ones)

 private:
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace quern::bpe
