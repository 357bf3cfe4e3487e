#include "tokenizers/wordpiece/likelihood_learner.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "core/error.h"

using namespace quern;

namespace {

struct Word {
  std::vector<TokenId> symbols;
  std::uint64_t weight;
};

bpe::MergeLearner::WordSource source_of(const std::vector<Word>& words) {
  return [&words](const bpe::MergeLearner::Visit& visit) {
    for (const Word& word : words) visit(word.symbols, word.weight);
  };
}

// On the blackboard: everything is counted again before every join.
std::vector<bpe::LearnedMerge> learn_naively(std::vector<Word> words, std::vector<std::string>& vocabulary, const bpe::LearnOptions& options) {
  std::vector<bpe::LearnedMerge> merges;
  while (vocabulary.size() < options.max_tokens) {
    std::map<TokenId, std::uint64_t> symbols;
    std::map<std::pair<TokenId, TokenId>, std::uint64_t> pairs;  // ordered: the first of the best is the tie's winner
    for (const Word& word : words) {
      for (const TokenId id : word.symbols) symbols[id] += word.weight;
      for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i) pairs[{word.symbols[i], word.symbols[i + 1]}] += word.weight;
    }
    std::pair<TokenId, TokenId> best{};
    double best_score = 0;
    for (const auto& [pair, count] : pairs) {
      if (count < options.min_count) continue;
      const double score = static_cast<double>(count) / (static_cast<double>(symbols[pair.first]) * static_cast<double>(symbols[pair.second]));
      if (score > best_score) best = pair, best_score = score;
    }
    if (best_score == 0) break;
    const auto joined = static_cast<TokenId>(vocabulary.size());
    vocabulary.push_back(vocabulary[best.first] + vocabulary[best.second]);
    merges.push_back({{best.first, best.second}, joined, pairs[best]});
    for (Word& word : words) {
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

}  // namespace

TEST_CASE("learning by likelihood joins what the blackboard joins") {
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    const TokenId alphabet = 2 + random() % 9;
    std::vector<Word> words(40);
    for (Word& word : words) {
      word.weight = 1 + random() % 20;
      word.symbols.resize(random() % 14);
      for (TokenId& symbol : word.symbols) symbol = std::min(random() % alphabet, random() % alphabet);
    }
    std::vector<std::string> vocabulary;
    for (TokenId id = 0; id < alphabet; ++id) vocabulary.push_back(std::string(1, static_cast<char>('a' + id)));
    std::vector<std::string> expected_vocabulary = vocabulary;
    const bpe::LearnOptions options{.max_tokens = 80, .min_count = random() % 6};
    const auto expected = learn_naively(words, expected_vocabulary, options);
    const auto merges = wordpiece::learn_by_likelihood(source_of(words), vocabulary, options, 1 << 30);
    CHECK(vocabulary == expected_vocabulary);
    REQUIRE(merges.size() == expected.size());
    for (std::size_t i = 0; i < merges.size(); ++i) {
      REQUIRE(merges[i].pair == expected[i].pair);
      REQUIRE(merges[i].count == expected[i].count);
    }
  }
}

TEST_CASE("a pair whose parts are seldom apart goes before a more frequent one") {
  // "qu" 4 times of 4; "th" 9 times, but t and h stand elsewhere too.
  const std::vector<Word> words = {{{0, 1}, 4}, {{2, 3}, 9}, {{2, 4}, 30}, {{3, 4}, 30}};
  std::vector<std::string> vocabulary = {"q", "u", "t", "h", "e"};
  wordpiece::learn_by_likelihood(source_of(words), vocabulary, {.max_tokens = 6}, 1 << 20);
  CHECK(vocabulary.back() == "qu");
}

TEST_CASE("long words that share their pairs take time and memory by their length") {
  std::vector<TokenId> row(60);
  for (TokenId i = 0; i < row.size(); ++i) row[i] = i;
  std::vector<TokenId> longer = row;
  longer.push_back(60);
  const std::vector<Word> words = {{row, 1}, {longer, 1}};  // lists of words that doubled at each join would not fit anywhere
  std::vector<std::string> vocabulary;
  for (TokenId i = 0; i <= row.size(); ++i) vocabulary.push_back("<" + std::to_string(i) + ">");
  std::string whole;
  for (const std::string& token : vocabulary) whole += token;
  wordpiece::learn_by_likelihood(source_of(words), vocabulary, {.max_tokens = 1000}, 1 << 20);
  CHECK(std::find(vocabulary.begin(), vocabulary.end(), whole) != vocabulary.end());
}

TEST_CASE("a pair that spells another token is refused once and for all") {
  const std::vector<Word> words = {{{0, 1, 2, 3}, 9}, {{0, 1, 1, 2}, 5}, {{2, 3, 2, 3}, 2}};
  std::vector<std::string> vocabulary = {"#", "###", "##a", "##b"};
  wordpiece::learn_by_likelihood(source_of(words), vocabulary, {.max_tokens = 30, .continuing_prefix = "##"}, 1 << 20);
  std::sort(vocabulary.begin(), vocabulary.end());
  CHECK(std::adjacent_find(vocabulary.begin(), vocabulary.end()) == vocabulary.end());
}

TEST_CASE("words beyond the budget are an error that says what to do") {
  const std::vector<Word> words = {{std::vector<TokenId>(1000, 0), 1}};
  std::vector<std::string> vocabulary = {"a"};
  CHECK_THROWS_AS(wordpiece::learn_by_likelihood(source_of(words), vocabulary, {}, 1000), Error);
}
