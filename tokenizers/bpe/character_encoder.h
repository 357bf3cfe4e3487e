// BPE on one piece whose symbols are characters: the models of tokenizer.json that are not byte-level (Llama 2, CLIP,
// fastBPE's). Byte-level ones run on PieceEncoder.
//
//   const CharacterEncoder bpe(model);                     // immutable, shared by threads
//   CharacterEncoder::Scratch scratch;                     // per thread
//   bpe.encode("▁grinding", scratch, tokens);              // appends
//
// Hugging Face's rules (models/bpe): a symbol is a character, with continuing_subword_prefix before it unless it begins
// the piece and end_of_word_suffix behind it where it ends the piece. A symbol that is no token becomes its bytes
// <0xNN> where byte_fallback is on and all of them are tokens; else unk_token, neighbours fused where fuse_unk is on;
// else nothing. Then merges as everywhere (merger.h); under BpeOrder::ranks any two neighbours that spell a token are one.
//
// Lengths are counted on from the beginning of the piece, as there: where symbols were dropped, later tokens stand too
// early. Construction throws Error{format} for merges that do not fit the vocabulary.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/bpe/merger.h"
#include "tokenizers/bpe/symbol_table.h"
#include "tokenizers/bpe/token_table.h"
#include "tokenizers/definition/models.h"
#include "tokenizers/model_token.h"

namespace quern::bpe {

class CharacterEncoder {
 public:
  using Scratch = Merger::Scratch;

  explicit CharacterEncoder(const BpeModel& model);

  // piece: valid UTF-8, not empty. observer: for BPE-dropout, null for none; under one no piece is looked up as a whole.
  void encode(std::string_view piece, Scratch& scratch, std::vector<ModelToken>& tokens,
              MergeObserver* observer = nullptr) const;
  // Ids alone, by merging, for models without affixes. out has room for piece.size() ids; how many were written.
  std::size_t encode(std::string_view piece, Scratch& scratch, TokenId* out) const;

  const TokenTable& tokens() const { return tokens_; }
  // The ids of a character that no neighbour joins; kSymbolIds at most.
  static constexpr std::size_t kSymbolIds = 4;
  std::size_t symbol_ids(char32_t c, TokenId* out) const;
  // Whether what lies before a place that no token crosses can be encoded apart from what lies behind: symbols that are no
  // tokens must not meet there, in an unk that is fused or in byte tokens that join.
  bool falls_apart() const;

 private:
  void add_merges(const BpeModel& model);
  void add_ranks(const BpeModel& model);
  // The symbols of a piece into ids and lengths of the scratch; how many.
  std::size_t symbols(std::string_view piece, Scratch& scratch) const;
  TokenId symbol(std::string_view character, bool is_first, bool is_last, std::string& spelled) const;
  bool fall_back(std::string_view symbol, Scratch& scratch, std::size_t& size) const;

  TokenTable tokens_;
  Merger merger_;
  SymbolTable characters_;  // of symbols without affixes
  std::array<TokenId, 256> byte_ids_;
  std::string prefix_, suffix_;
  TokenId unk_ = kNoToken;
  bool fuse_unk_, byte_fallback_, ignore_merges_;
  bool bytes_join_ = false;  // some merge joins a token that stands for a byte
};

}  // namespace quern::bpe
