#include "tokenizers/wordpiece/likelihood_learner.h"

#include <algorithm>
#include <optional>
#include <queue>
#include <unordered_map>

#include "core/error.h"
#include "tokenizers/bpe/pair_table.h"
#include "tokenizers/bpe/token_names.h"

namespace quern::wordpiece {
namespace {

using bpe::pair_key;
using bpe::PairKey;

constexpr std::uint64_t kProgressEvery = 256;
constexpr std::uint64_t kBytesPerSymbol = 64;  // a symbol, its pair's place in a list, and its share of tables and queue

struct Word {
  std::vector<TokenId> symbols;
  std::uint64_t weight;
};

struct Pair {
  std::uint64_t count = 0;
  std::vector<std::uint32_t> words;  // that hold it, or did: ascending, each once
  bool is_refused = false;           // it would spell another token
  void add(std::uint32_t word) {
    if (words.empty() || words.back() != word) words.push_back(word);
  }
};

struct Candidate {
  double score;
  PairKey key;
  bool operator<(const Candidate& other) const {  // std::priority_queue: the largest comes first
    return score != other.score ? score < other.score : key > other.key;
  }
};

class Learner {
 public:
  Learner(const bpe::LearnOptions& options, std::size_t tokens) : options_(options), counts_(tokens), neighbours_(tokens), lengths_(tokens, 1) {}

  void add(std::span<const TokenId> symbols, std::uint64_t weight) {
    words_.push_back({{symbols.begin(), symbols.end()}, weight});
    for (const TokenId id : symbols) counts_[id] += weight;
    const auto index = static_cast<std::uint32_t>(words_.size() - 1);
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) pair(symbols[i], symbols[i + 1], weight).add(index);
  }
  void queue_all() {
    for (const auto& [key, pair] : pairs_) queue_pair(key, pair);
  }

  // The best pair there is; false when none is left.
  bool next(PairKey& best) {
    while (!queue_.empty()) {
      const Candidate candidate = queue_.top();
      queue_.pop();
      const Pair& pair = pairs_.at(candidate.key);
      if (!may_join(candidate.key, pair) || score(candidate.key, pair.count) != candidate.score) continue;  // a later entry says how it is
      return best = candidate.key, true;
    }
    return false;
  }
  std::uint64_t count(PairKey key) const { return pairs_.at(key).count; }
  void refuse(PairKey key) { pairs_.at(key).is_refused = true; }

  void join(PairKey key, TokenId joined) {
    const TokenId left = bpe::left_of(key), right = bpe::right_of(key);
    if (joined >= counts_.size()) counts_.resize(joined + std::size_t{1}), neighbours_.resize(joined + std::size_t{1}), lengths_.resize(joined + std::size_t{1});
    lengths_[joined] = lengths_[left] + lengths_[right];
    const std::vector<std::uint32_t> words = std::move(pairs_.at(key).words);
    for (const std::uint32_t word : words) join_in(word, left, right, joined);
    for (const TokenId changed : {left, right, joined}) {
      for (const TokenId other : neighbours_[changed]) {
        for (const PairKey changed_pair : {pair_key(changed, other), pair_key(other, changed)}) {
          const auto found = pairs_.find(changed_pair);
          if (found != pairs_.end()) queue_pair(changed_pair, found->second);
        }
      }
    }
  }

 private:
  bool may_join(PairKey key, const Pair& pair) const {
    if (pair.is_refused || pair.count == 0 || pair.count < options_.min_count) return false;
    const std::uint32_t a = lengths_[bpe::left_of(key)], b = lengths_[bpe::right_of(key)];
    return options_.max_token_length == 0 || (a == 1 && b == 1) || a + b < options_.max_token_length;
  }
  double score(PairKey key, std::uint64_t count) const {
    return static_cast<double>(count) / (static_cast<double>(counts_[bpe::left_of(key)]) * static_cast<double>(counts_[bpe::right_of(key)]));
  }
  void queue_pair(PairKey key, const Pair& pair) {
    if (may_join(key, pair)) queue_.push({score(key, pair.count), key});
  }

  // The pair, counted once more.
  Pair& pair(TokenId left, TokenId right, std::uint64_t weight) {
    const auto [place, is_new] = pairs_.try_emplace(pair_key(left, right));
    place->second.count += weight;
    if (is_new) neighbours_[left].push_back(right), neighbours_[right].push_back(left);
    return place->second;
  }

  void join_in(std::uint32_t index, TokenId left, TokenId right, TokenId joined) {
    const std::uint64_t weight = words_[index].weight;
    std::vector<TokenId>& symbols = words_[index].symbols;
    const auto holds_pair = [&](TokenId a, TokenId b) { return a == left && b == right; };
    if (std::adjacent_find(symbols.begin(), symbols.end(), holds_pair) == symbols.end()) return;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) pairs_.at(pair_key(symbols[i], symbols[i + 1])).count -= weight;
    std::size_t out = 0;
    for (std::size_t i = 0; i < symbols.size(); ++i, ++out) {
      const bool joins = i + 1 < symbols.size() && holds_pair(symbols[i], symbols[i + 1]);
      symbols[out] = joins ? joined : symbols[i];
      if (!joins) continue;
      counts_[left] -= weight, counts_[right] -= weight, counts_[joined] += weight;
      ++i;
    }
    symbols.resize(out);
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
      Pair& counted = pair(symbols[i], symbols[i + 1], weight);
      if (symbols[i] == joined || symbols[i + 1] == joined) counted.add(index);  // all others have the word listed
    }
  }

  bpe::LearnOptions options_;
  std::vector<Word> words_;
  std::unordered_map<PairKey, Pair> pairs_;
  std::vector<std::uint64_t> counts_;             // of each token
  std::vector<std::vector<TokenId>> neighbours_;  // of each token, on either side, now or before
  std::vector<std::uint32_t> lengths_;            // in initial symbols
  std::priority_queue<Candidate> queue_;
};

}  // namespace

std::vector<bpe::LearnedMerge> learn_by_likelihood(const bpe::MergeLearner::WordSource& source, std::vector<std::string>& vocabulary,
                                                   const bpe::LearnOptions& options, std::uint64_t memory_budget,
                                                   const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  Learner learner(options, vocabulary.size());
  std::uint64_t symbols = 0;
  source([&](std::span<const TokenId> word, std::uint64_t weight) {
    symbols += word.size();
    if (symbols * kBytesPerSymbol > memory_budget) {
      throw Error(ErrorCode::memory, "the distinct words have no room in memory, which learning by likelihood needs")
          .remedy("allow more with --memory, or use --score frequency");
    }
    learner.add(word, weight);
  });
  learner.queue_all();

  bpe::TokenNames names(vocabulary, options);
  std::vector<bpe::LearnedMerge> merges;
  for (PairKey best; vocabulary.size() < options.max_tokens && learner.next(best);) {
    const std::optional<TokenId> joined = names.join(bpe::left_of(best), bpe::right_of(best));
    if (!joined) {
      learner.refuse(best);
      continue;
    }
    merges.push_back({{bpe::left_of(best), bpe::right_of(best)}, *joined, learner.count(best)});
    learner.join(best, *joined);
    if (progress && merges.size() % kProgressEvery == 0) progress(vocabulary.size(), options.max_tokens);
  }
  return merges;
}

}  // namespace quern::wordpiece
