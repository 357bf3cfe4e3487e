// How well tokenizers suit a text: sizes, unknowns and what comes back, by tokenizer and script, and how fast they are.
//
//   BlockEvaluator evaluator(tokenizers, options);   // one per thread
//   Evaluation total(tokenizers.size());
//   for (each block) total.add(evaluator.measure(block, OnBadRecord::error));
//
// Everything but the time is a sum of integers, so blocks may be measured anywhere and added in any order. What each number
// counts:
//   tokens      those the text becomes, without special tokens around it
//   unknown     tokens that are the unknown token, and the characters that these stand for
//   covered     characters that lie whole in a token of the vocabulary: not unknown, not spelled in single bytes, not torn
//               between tokens of bytes, and not dropped. White space that a tokenizer leaves out does not count against it.
//   round trip  exact: decode(encode(x)) is x, byte for byte. alike: it is another text, but one that the tokenizer's own
//               normalizers and pre-tokenizers make the same of (case, forms of Unicode, spaces it does not keep). lost: not
//               even that.
// A token counts for the script of the last character it stands for, a word likewise (text_profile.h).
// Records that a tokenizer refuses are left out for all of them, or an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "corpora/text_blocks.h"
#include "tokenizers/tokenizer.h"

namespace quern {

struct TextAmount {
  std::uint64_t bytes = 0, characters = 0, words = 0;
  void add(const TextAmount& other);
};

struct TokenAmount {
  std::uint64_t tokens = 0, covered = 0;
  void add(const TokenAmount& other);
};

struct TokenizerMeasure {
  TokenAmount whole;
  std::vector<TokenAmount> scripts;  // by unicode::script
  std::uint64_t unknown_tokens = 0, unknown_characters = 0;
  std::uint64_t exact = 0, alike = 0, lost = 0;  // records
  std::uint64_t nanoseconds = 0;                 // of processor time, for ids alone, where that is taken
  void add(const TokenizerMeasure& other);
};

struct Evaluation {
  explicit Evaluation(std::size_t tokenizer_count) : tokenizers(tokenizer_count) {}
  void add(const Evaluation& other);

  std::uint64_t records = 0;
  TextAmount text;
  std::vector<TextAmount> scripts;  // by unicode::script
  std::vector<TokenizerMeasure> tokenizers;
  RecordDamage refused;
};

// One thread's: its encoders have caches. The tokenizers are shared.
class BlockEvaluator {
 public:
  // timed: each text is encoded once more, for ids alone, and the time for that is taken.
  BlockEvaluator(std::span<const Tokenizer> tokenizers, const EncodeOptions& options, bool timed = false);
  ~BlockEvaluator();
  BlockEvaluator(BlockEvaluator&&) noexcept;

  Evaluation measure(const TextBlock& block, OnBadRecord on_bad);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern
