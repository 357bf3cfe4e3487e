#include "tokenizers/bpe/merge_learner.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/tokenizers/bpe/naive_learner.h"

using namespace quern;
using namespace quern::bpe;

namespace {

MergeLearner::WordSource source_of(const std::vector<NaiveWord>& words) {
  return [&words](const MergeLearner::Visit& visit) {
    for (const NaiveWord& word : words) visit(word.symbols, word.weight);
  };
}

std::vector<std::string> letters(int count) {
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i) list.push_back(std::string(1, static_cast<char>('a' + i)));
  return list;
}

void check_against_naive(const std::vector<NaiveWord>& words, std::vector<std::string> vocabulary, const LearnOptions& options) {
  std::vector<std::string> expected_vocabulary = vocabulary;
  const auto expected = learn_naively(words, expected_vocabulary, options);
  MergeLearner learner(source_of(words));
  const auto merges = learner.learn(vocabulary, options);
  REQUIRE(merges.size() == expected.size());
  for (std::size_t i = 0; i < merges.size(); ++i) {
    INFO("merge " << i << " of " << expected.size());
    REQUIRE(merges[i].pair == expected[i].pair);
    REQUIRE(merges[i].result == expected[i].result);
    REQUIRE(merges[i].count == expected[i].count);
  }
  CHECK(vocabulary == expected_vocabulary);
}

std::vector<NaiveWord> random_words(std::mt19937& random, int alphabet, int words, int longest) {
  std::vector<NaiveWord> list(words);
  for (NaiveWord& word : list) {
    word.weight = 1 + random() % (random() % 4 == 0 ? 50 : 2);
    word.symbols.resize(random() % (longest + 1));
    for (TokenId& symbol : word.symbols) symbol = std::min(random() % alphabet, random() % alphabet);
  }
  return list;
}

}  // namespace

TEST_CASE("merges are those of the blackboard algorithm, whatever the first threshold") {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    const int alphabet = 1 + static_cast<int>(random() % 12);
    const auto words = random_words(random, alphabet, 40, 30);
    for (const std::uint64_t threshold : {0, 1, 5, 100}) {
      check_against_naive(words, letters(alphabet), {.max_tokens = 300, .min_count = random() % 4, .first_threshold = threshold});
    }
  }
}

TEST_CASE("runs of one symbol join from the left and count their overlaps") {
  for (int length = 1; length < 40; ++length) {
    const std::vector<NaiveWord> words = {{std::vector<TokenId>(length, 0), 3}, {{1, 0, 0, 0, 1, 0, 0}, 2}};
    check_against_naive(words, letters(2), {.max_tokens = 20});
  }
}

TEST_CASE("max_token_length binds all but pairs of initial symbols") {
  std::mt19937 random(2);
  for (std::size_t limit = 1; limit < 7; ++limit) {
    const auto words = random_words(random, 4, 30, 20);
    check_against_naive(words, letters(4), {.max_tokens = 120, .max_token_length = limit});
  }
}

TEST_CASE("a merge that rebuilds an existing token keeps its id") {
  // "ab" is a special token: it spells what the first join builds, and stands nowhere in the words.
  const std::vector<NaiveWord> words = {{{1, 2, 3}, 5}, {{1, 2}, 4}, {{3, 3, 2, 1, 2}, 1}};
  const std::vector<TokenId> special = {0};
  check_against_naive(words, {"ab", "a", "b", "c"}, {.max_tokens = 12, .absent = special});
}

TEST_CASE("a pair that spells a token of other words is not joined") {
  // Words of "#" and of symbols marked "##": "#" and "###" would be "##", and with "##a" that would be "##a" again.
  const std::vector<std::string> vocabulary = {"#", "###", "##a", "##b"};
  const LearnOptions options{.max_tokens = 30, .continuing_prefix = "##"};
  check_against_naive({{{0, 1, 2, 3}, 9}, {{0, 1, 1, 2}, 5}, {{2, 3, 2, 3}, 2}}, vocabulary, options);
  std::mt19937 random(3);
  for (int round = 0; round < 40; ++round) check_against_naive(random_words(random, 4, 20, 12), vocabulary, options);
}

TEST_CASE("an empty corpus gives no merges") {
  check_against_naive({}, letters(2), {.max_tokens = 10});
  check_against_naive({{{}, 4}, {{1}, 4}}, letters(2), {.max_tokens = 10});
}
