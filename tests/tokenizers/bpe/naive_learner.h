// BPE learning as one would write it on a blackboard: recount every pair before every join. The oracle for MergeLearner.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tokenizers/bpe/merge_learner.h"

namespace quern::bpe {

struct NaiveWord {
  std::vector<TokenId> symbols;
  std::uint64_t weight;
};

inline std::vector<LearnedMerge> learn_naively(std::vector<NaiveWord> words, std::vector<std::string>& vocabulary,
                                               const LearnOptions& options) {
  std::vector<std::size_t> length(vocabulary.size(), 1);
  std::vector<bool> taken(vocabulary.size(), true);
  for (const TokenId id : options.absent) taken[id] = false;
  const auto joined_text = [&](TokenId a, TokenId b) {
    const std::string &left = vocabulary[a], &right = vocabulary[b];
    return left + (right.starts_with(options.continuing_prefix) ? right.substr(options.continuing_prefix.size()) : right);
  };
  const auto id_of = [&](const std::string& text) {
    return static_cast<TokenId>(std::find(vocabulary.begin(), vocabulary.end(), text) - vocabulary.begin());
  };
  std::vector<LearnedMerge> merges;
  while (vocabulary.size() < options.max_tokens) {
    std::map<std::pair<TokenId, TokenId>, std::uint64_t> counts;  // ordered: the first of the best is the tie's winner
    for (const NaiveWord& word : words) {
      for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i) counts[{word.symbols[i], word.symbols[i + 1]}] += word.weight;
    }
    std::pair<TokenId, TokenId> best{};
    std::uint64_t best_count = 0;
    for (const auto& [pair, count] : counts) {
      const std::size_t together = length[pair.first] + length[pair.second];
      if (options.max_token_length != 0 && together > 2 && together >= options.max_token_length) continue;
      const TokenId built = id_of(joined_text(pair.first, pair.second));
      if (built < taken.size() && taken[built]) continue;
      if (count > best_count) best = pair, best_count = count;
    }
    if (best_count == 0 || best_count < options.min_count) break;
    const std::string text = joined_text(best.first, best.second);
    const TokenId joined = id_of(text);
    if (joined == vocabulary.size()) vocabulary.push_back(text), length.push_back(0), taken.push_back(true);
    taken[joined] = true;
    length[joined] = length[best.first] + length[best.second];
    merges.push_back({{best.first, best.second}, joined, best_count});
    for (NaiveWord& word : words) {
      std::vector<TokenId> after;
      for (std::size_t i = 0; i < word.symbols.size(); ++i) {
        const bool joins = i + 1 < word.symbols.size() && word.symbols[i] == best.first && word.symbols[i + 1] == best.second;
        after.push_back(joins ? joined : word.symbols[i]);
        i += joins;
      }
      word.symbols = std::move(after);
    }
  }
  return merges;
}

}  // namespace quern::bpe
