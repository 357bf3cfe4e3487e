// A text to ids: split, look up, merge, in one loop.
//
//   const Splitter splitter(SplitPattern::named("gpt2"));
//   const PieceEncoder bpe(model);
//   TextEncoder encoder(&splitter, bpe, 32 << 20);    // one per thread: it owns a cache and scratch
//   encoder.encode(text, ids);                         // appends
//
// The splitter and the piece encoder are shared and must outlive it. Pieces are looked up in a bounded cache
// (piece_cache.h); what is not there is merged and remembered. Pieces a pattern does not match are pieces like the others.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/bpe/piece_encoder.h"
#include "tokenizers/pre_tokenizers/split_pattern.h"

namespace quern::bpe {

class TextEncoder {
 public:
  // splitter null: the whole text is one piece. scratch_bytes: what merging one piece may take (PieceEncoder).
  TextEncoder(const Splitter* splitter, const PieceEncoder& bpe, std::size_t cache_bytes,
              std::uint64_t scratch_bytes = PieceEncoder::kUnlimited);
  ~TextEncoder();
  TextEncoder(TextEncoder&&) noexcept;

  // text: valid UTF-8, up to the end of what the pattern may see (patterns look ahead).
  void encode(std::string_view text, std::vector<TokenId>& ids);
  // One piece, not split, of any bytes.
  void encode_piece(std::string_view piece, std::vector<TokenId>& ids);
  // The pieces of a split, each merged, with the number of bytes each id stands for.
  void encode(std::string_view text, std::vector<TokenId>& ids, std::vector<std::uint32_t>& lengths);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::bpe
