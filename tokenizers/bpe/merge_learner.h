// Learning BPE merges from weighted words (Sennrich et al. 2016, algorithm 1, with Hugging Face's tie rule).
//
//   MergeLearner learner([&](const auto& visit) { for (…) visit(symbols, count); });
//   const auto merges = learner.learn(vocabulary, {.max_tokens = 32000, .min_count = 2});
//
// Repeatedly the pair of neighbours with the highest count is joined everywhere; among equals the smaller (left id,
// right id) wins. Counts are of the pairs as they stand, overlaps included ("aaa" holds (a, a) twice), and joining goes
// from left to right. New tokens take the next free id. Where the joined text is a token already that stands in no word (a
// special), its id is used and the vocabulary does not grow, as in Hugging Face. A pair that spells any other token is not
// joined: that takes text with the prefix or the suffix of symbols in it ("##"), and Hugging Face's counts go astray there.
// The result is a function of the multiset of words.
//
// How it works. All words lie in one array of cells; a token of n symbols covers n cells and has its id on the first and the
// last, so both neighbours are found without links. Words of one weight lie together, so a position's weight follows from
// the run it is in. Each tracked pair has the list of its positions; lists are not cleaned: a position that no longer holds
// the pair is skipped when met. A pair's count only falls after the join that created it, so pairs below a threshold
// are dropped at birth; when the frequent ones are used up, the array is searched again with a lower threshold. The result
// does not depend on the threshold. Memory: 4 bytes a cell and 4 bytes a listed position.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"

namespace quern::bpe {

struct LearnOptions {
  std::size_t max_tokens = 30000;     // stop when the vocabulary has this many tokens
  std::uint64_t min_count = 0;        // stop when the best pair is rarer
  std::size_t max_token_length = 0;   // in symbols; a new pair must be strictly shorter (Hugging Face); 0: no limit.
                                      // Pairs of two initial symbols are never checked.
  std::span<const std::uint32_t> lengths = {};  // of each token of the vocabulary in initial symbols; empty: all are initial
  std::span<const TokenId> absent = {};         // tokens of the vocabulary that stand in no word
  std::string_view continuing_prefix = {};      // a right token that begins with it loses it when joined ("##")
  std::uint64_t first_threshold = 0;  // pairs at least this frequent are tracked at first; 0: chosen by size
};

struct LearnedMerge {
  Merge pair;
  TokenId result = 0;
  std::uint64_t count = 0;
};

class MergeLearner {
 public:
  using Visit = std::function<void(std::span<const TokenId> symbols, std::uint64_t weight)>;
  // Calls visit for every distinct word; is called twice during construction and must give the same words.
  using WordSource = std::function<void(const Visit&)>;

  // Error{unsupported} when the words have more than 2^32 symbols together.
  explicit MergeLearner(const WordSource& source);
  ~MergeLearner();

  // `vocabulary` holds the texts of specials and initial symbols by id and receives the new tokens. Call once.
  // progress(tokens, max_tokens) now and then; it may throw to stop.
  std::vector<LearnedMerge> learn(std::vector<std::string>& vocabulary, const LearnOptions& options,
                                  const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::bpe
