// SentencePiece's BPE over one normalized sentence.
//
//   const SentencePieceEncoder bpe(model);                 // immutable, shared by threads
//   SentencePieceEncoder::Scratch scratch;                  // per thread
//   bpe.encode("▁Hello▁world", scratch, tokens);            // appends
//
// The rules of sentencepiece 0.2.3 (bpe_model.cc): symbols are characters, and user-defined pieces as a whole, the longest
// at each place, which join with nothing. Any two neighbours join whose concatenation is a piece, the one with the highest
// score first, then the one further left. Unused pieces take part but do not stay: they fall back into what they were
// joined from. What is no piece at the end is unknown: its bytes with byte_fallback, the last of which stands for the
// character and the others for nothing; else one unknown for each run of such characters.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tokenizers/bpe/merger.h"
#include "tokenizers/bpe/symbol_table.h"
#include "tokenizers/bpe/token_table.h"
#include "tokenizers/definition/models.h"
#include "tokenizers/model_token.h"

namespace quern::bpe {

class SentencePieceEncoder {
 public:
  using Scratch = Merger::Scratch;

  // Error{format} when the model has no unknown piece, or byte_fallback without all byte pieces.
  explicit SentencePieceEncoder(const SentencePieceModel& model);

  // text: valid UTF-8. observer: for BPE-dropout, null for none.
  void encode(std::string_view text, Scratch& scratch, std::vector<ModelToken>& tokens,
              MergeObserver* observer = nullptr) const;
  // Ids alone. out has room for text.size() ids; how many were written. The model falls apart (below).
  std::size_t encode(std::string_view text, Scratch& scratch, TokenId* out) const;

  // The texts of the pieces that symbols may be or become.
  const TokenTable& tokens() const { return tokens_; }
  // The ids of a character that no neighbour joins; kSymbolIds at most.
  static constexpr std::size_t kSymbolIds = 4;
  std::size_t symbol_ids(char32_t c, TokenId* out) const;
  // Whether what lies before a place that no piece crosses can be encoded apart from what lies behind.
  bool falls_apart() const { return byte_fallback_ && !has_unused_; }

 private:
  using Symbols = std::unordered_map<std::string_view, TokenId>;

  void list_symbols(const SentencePieceModel& model, Symbols& symbols);
  void add_merges(const SentencePieceModel& model, const Symbols& symbols);
  std::size_t user_defined_at(std::string_view text, TokenId& id) const;
  std::size_t symbols(std::string_view text, Scratch& scratch) const;
  // A symbol of text[begin, end) as tokens; those of the sentence begin at `first`.
  void write(std::string_view text, ModelToken symbol, std::vector<ModelToken>& tokens, std::size_t first) const;

  TokenTable tokens_;
  std::size_t pieces_;
  std::size_t symbol_count_ = 0;      // pieces, and behind them characters that only occur inside of pieces
  std::vector<std::uint32_t> sizes_;  // in bytes, by symbol
  Merger merger_;
  SymbolTable characters_;
  std::array<std::vector<std::pair<std::string, TokenId>>, 256> user_defined_;  // by first byte, longer ones first
  std::vector<bool> unused_;                                                    // by piece
  bool has_unused_ = false;
  std::array<TokenId, 256> byte_ids_;
  TokenId unk_ = kNoToken;
  bool byte_fallback_;
};

}  // namespace quern::bpe
