// Where two tokenizers part: records that they encode otherwise, and how their vocabularies differ.
//
//   BlockComparer comparer(first, second, options, {.by = CompareBy::ids, .most_shown = 1});   // one per thread
//   Differences total;
//   for (each block, in input order) total.add(comparer.compare(block, OnBadRecord::error), 1);
//
// Records are encoded without special tokens around them. A record that either tokenizer refuses is left out, or an error.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "corpora/text_blocks.h"
#include "tokenizers/tokenizer.h"

namespace quern {

enum class CompareBy {
  ids,      // the same numbers
  tokens,   // tokens with the same texts, whatever their numbers
  offsets,  // the same cuts in the text, whatever the tokens are called
};

struct ComparedToken {
  TokenId id = 0;
  std::string text;
  std::size_t begin = 0, end = 0;  // bytes of the record
};

// One record: from the first token that is not the same up to where both go on alike.
struct Difference {
  static constexpr std::size_t kMostTokens = 64;

  std::string path;
  std::uint64_t line = 0;    // 0: unknown
  std::size_t token = 0;     // how many tokens are the same before
  std::size_t byte = 0;      // where in the record the first of those that are not begins
  std::vector<ComparedToken> before;                     // the last few that are the same
  std::array<std::vector<ComparedToken>, 2> tokens;      // of each tokenizer, kMostTokens at most
  std::array<std::size_t, 2> counts{};                   // of all of them
};

struct Differences {
  std::uint64_t records = 0, differing = 0;
  std::vector<Difference> shown;  // the first of them
  RecordDamage refused;
  void add(Differences later, std::size_t most_shown);  // `later` comes after this in input order
};

struct CompareOptions {
  CompareBy by = CompareBy::ids;
  std::size_t most_shown = 1;  // differences to keep of a block
};

// One thread's.
class BlockComparer {
 public:
  BlockComparer(const Tokenizer& first, const Tokenizer& second, const EncodeOptions& options, CompareOptions compare);
  ~BlockComparer();
  BlockComparer(BlockComparer&&) noexcept;
  Differences compare(const TextBlock& block, OnBadRecord on_bad);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Tokens by their texts.
struct VocabularyDifference {
  std::array<std::size_t, 2> sizes{};                 // tokens of each
  std::array<std::vector<TokenId>, 2> only;           // in the one and not in the other
  std::vector<std::pair<TokenId, TokenId>> renumbered;  // in both, under different ids
  bool none() const { return only[0].empty() && only[1].empty() && renumbered.empty(); }
};
VocabularyDifference compare_vocabularies(const Tokenizer& first, const Tokenizer& second);

}  // namespace quern
