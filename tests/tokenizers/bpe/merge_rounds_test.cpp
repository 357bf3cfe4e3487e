#include "tokenizers/bpe/merge_rounds.h"

#include <catch2/catch.hpp>

#include <random>

#include "core/error.h"
#include "core/threads.h"
#include "tests/support/failing_calls.h"
#include "tests/support/temporary_directory.h"
#include "tests/tokenizers/bpe/naive_learner.h"

using namespace quern;
using namespace quern::bpe;

namespace {

std::vector<std::string> letters(int count) {
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i) list.push_back(std::string(1, static_cast<char>('a' + i)));
  return list;
}

std::vector<NaiveWord> random_words(std::mt19937& random, int alphabet, int words, int longest) {
  std::vector<NaiveWord> list(static_cast<std::size_t>(words));
  for (NaiveWord& word : list) {
    word.weight = 1 + random() % (random() % 4 == 0 ? 60 : 2);
    word.symbols.resize(random() % static_cast<unsigned>(longest + 1));
    for (TokenId& symbol : word.symbols) symbol = std::min({random() % alphabet, random() % alphabet, random() % alphabet});
  }
  return list;
}

std::unique_ptr<WordStore> store(const std::vector<NaiveWord>& words, const std::string& tmpdir = {}) {
  auto all = std::make_unique<WordStore>(tmpdir);
  WordStore::Writer writer(*all);
  for (std::size_t i = 0; i < words.size(); ++i) {
    writer.add(words[i].symbols, words[i].weight);
    if (i % 10 == 9) writer.finish();  // several blocks
  }
  writer.finish();
  return all;
}

void check_against_naive(const std::vector<NaiveWord>& words, const std::vector<std::string>& alphabet, const LearnOptions& options, const LearnResources& resources) {
  std::vector<std::string> expected_vocabulary = alphabet, vocabulary = alphabet;
  const auto expected = learn_naively(words, expected_vocabulary, options);
  const auto merges = learn_in_rounds(store(words), vocabulary, options, resources);
  REQUIRE(merges.size() == expected.size());
  for (std::size_t i = 0; i < merges.size(); ++i) {
    INFO("merge " << i << " of " << expected.size());
    REQUIRE(merges[i].pair == expected[i].pair);
    REQUIRE(merges[i].result == expected[i].result);
    REQUIRE(merges[i].count == expected[i].count);
  }
  CHECK(vocabulary == expected_vocabulary);
}

}  // namespace

TEST_CASE("the code of tokens gives back every one") {
  std::string code;
  std::vector<TokenId> ids = {0, 1, 191, 192, 193, 447, 448, 12479, 12480, 12481, 78015, 78016, 1061054, 1061055, 1061056, 1u << 24, 0xFFFFFFFE, 0xFFFFFFFF};
  std::mt19937 random(1);
  for (int i = 0; i < 10000; ++i) ids.push_back(random() >> random() % 32);
  for (const TokenId id : ids) append_token(code, id);
  const auto* p = reinterpret_cast<const unsigned char*>(code.data());
  for (const TokenId id : ids) REQUIRE(read_token(p) == id);
  CHECK(p == reinterpret_cast<const unsigned char*>(code.data()) + code.size());
}

TEST_CASE("rounds give the merges of the blackboard algorithm, whatever the room and the threads") {
  std::mt19937 random(1);
  for (int round = 0; round < 10; ++round) {
    const int alphabet = 1 + static_cast<int>(random() % 12);
    const auto words = random_words(random, alphabet, 60, 30);
    const LearnOptions options{.max_tokens = 300, .min_count = random() % 4};
    for (const std::uint64_t cells : {120u, 600u, 100000u}) {
      for (const int threads : {1, 3}) {
        try {
          check_against_naive(words, letters(alphabet), options, {.threads = threads, .memory = 1 << 20, .most_cells = cells});
        } catch (const Error& error) {  // too little for anything is said so, and only then
          CHECK(error.code() == ErrorCode::memory);
          CHECK(cells < 100000);
        }
      }
    }
  }
}

TEST_CASE("most small rooms are enough") {
  std::mt19937 random(9);
  int enough = 0;
  for (int round = 0; round < 40; ++round) {
    const auto words = random_words(random, 8, 300, 30);  // some 4000 symbols
    std::vector<std::string> vocabulary = letters(8);
    try {
      learn_in_rounds(store(words), vocabulary, {.max_tokens = 40, .min_count = 2}, {.memory = 1 << 20, .most_cells = 400});
      ++enough;
    } catch (const Error&) {
    }
  }
  CHECK(enough > 30);
}

TEST_CASE("rounds join runs of one symbol, long words and limited lengths as at once") {
  std::mt19937 random(3);
  for (int length = 1; length < 200; length += 13) {
    const std::vector<NaiveWord> words = {{std::vector<TokenId>(static_cast<std::size_t>(length), 0), 3}, {{1, 0, 0, 0, 1, 0, 0}, 2}};
    check_against_naive(words, letters(2), {.max_tokens = 20}, {.memory = 1 << 20});
  }
  for (std::size_t limit = 1; limit < 7; ++limit) {
    const auto words = random_words(random, 4, 30, 200);
    check_against_naive(words, letters(4), {.max_tokens = 120, .max_token_length = limit}, {.threads = 2, .memory = 1 << 20, .most_cells = 12000});
  }
}

TEST_CASE("rounds keep the id of a special token that a merge rebuilds") {
  const std::vector<NaiveWord> words = {{{1, 2, 3}, 500}, {{1, 2}, 4}, {{3, 3, 2, 1, 2}, 1}};
  check_against_naive(words, {"ab", "a", "b", "c"}, {.max_tokens = 12}, {.memory = 1 << 20});
}

TEST_CASE("no words and no room for tokens give no merges") {
  check_against_naive({}, letters(2), {.max_tokens = 10}, {.memory = 1 << 20});
  check_against_naive({{{}, 4}, {{1}, 4}}, letters(2), {.max_tokens = 10}, {.memory = 1 << 20});
  check_against_naive({{{1, 0}, 4}}, letters(2), {.max_tokens = 2}, {.memory = 1 << 20});
}

TEST_CASE("weights beyond 2^32 are learned from exactly") {
  const std::uint64_t large = std::uint64_t{1} << 40;
  check_against_naive({{{0, 1, 2}, large}, {{1, 2, 0}, large + 1}, {{0, 2, 2}, 3}, {{2, 2, 0, 1}, 5}}, letters(3), {.max_tokens = 12}, {.threads = 2, .memory = 1 << 20});
}

TEST_CASE("a full disk while learning in rounds is an error, whichever write it hits") {
  const test::TemporaryDirectory directory;
  std::mt19937 random(4);
  const auto words = random_words(random, 6, 200, 30);
  int failed = 0;
  for (int call = 0;; ++call) {
    auto all = store(words, directory.path());
    test::FailingCalls faults({.call = call, .error = ENOSPC});
    std::vector<std::string> vocabulary = letters(6);
    try {
      learn_in_rounds(std::move(all), vocabulary, {.max_tokens = 60}, {.memory = 1 << 20, .tmpdir = directory.path(), .most_cells = 800});
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::io);
      ++failed;
    }
    CHECK(directory.names().empty());
    if (!faults.happened()) break;
  }
  CHECK(failed > 3);
}
