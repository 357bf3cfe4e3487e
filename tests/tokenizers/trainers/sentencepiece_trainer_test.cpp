#include "tokenizers/trainers/sentencepiece_trainer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "tokenizers/tokenizer.h"

namespace quern {
namespace {

using Algorithm = SentencePieceModel::Algorithm;
using Pieces = std::vector<std::pair<std::string, float>>;

TokenizerDefinition train(Algorithm algorithm, const SentencePieceTrainingSettings& settings, int threads = 1) {
  PieceCounts counts({.workers = 1, .memory = std::size_t{1} << 26, .tmpdir = {}});
  for (const char* text : {"aaaaa aaa aaaa", "ab ab abab"}) counts.add(0, text, 0);
  return make_sentencepiece_trainer(algorithm, settings, threads, std::uint64_t{1} << 30)->learn(counts, {});
}

// Behind <unk>, <s> and </s>.
Pieces learned(Algorithm algorithm, const SentencePieceTrainingSettings& settings) {
  const TokenizerDefinition definition = train(algorithm, settings);
  Pieces pieces;
  for (const SentencePiece& piece : std::get<SentencePieceModel>(definition.model).pieces) pieces.emplace_back(piece.text, piece.score);
  pieces.erase(pieces.begin(), pieces.begin() + 3);
  return pieces;
}

SentencePieceTrainingSettings of_size(std::size_t size, bool hard = false) {
  SentencePieceTrainingSettings settings;
  settings.vocab_size = size;
  settings.hard_vocab_limit = hard;
  return settings;
}

}  // namespace

// The expected pieces and scores are what sentencepiece 0.2.3 learns from the two texts.
TEST_CASE("BPE pieces come in the order of joining, then those that no longer occur, then characters") {
  const std::vector<std::string> expected = {"aa",  "ab", "\u2581""aa", "\u2581""ab", "\u2581""aaaa", "\u2581""aaa", "\u2581""abab", "\u2581""aaaaa", "ba", "\u2581""a",
                                             "aaa", "aba", "aaaa", "abab", "a", "\u2581", "b"};
  const Pieces pieces = learned(Algorithm::bpe, of_size(50));
  REQUIRE(pieces.size() == expected.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) REQUIRE(pieces[i] == std::pair(expected[i], -static_cast<float>(i)));
  REQUIRE(learned(Algorithm::bpe, of_size(8, true)).front().first == "aa");
  REQUIRE(train(Algorithm::bpe, of_size(20), 1) == train(Algorithm::bpe, of_size(20), 5));
}

TEST_CASE("words and characters have the logarithms of their shares") {
  REQUIRE(learned(Algorithm::word, of_size(50)) == Pieces{{"\u2581""ab", -1.0986123f},
                                                          {"\u2581""aaa", -1.7917595f},
                                                          {"\u2581""aaaa", -1.7917595f},
                                                          {"\u2581""aaaaa", -1.7917595f},
                                                          {"\u2581""abab", -1.7917595f}});
  REQUIRE(learned(Algorithm::word, of_size(5, true)) == Pieces{{"\u2581""ab", -1.0986123f}, {"\u2581""aaa", -1.7917595f}});
  auto settings = of_size(50, true);
  settings.required_characters = "z";
  REQUIRE(learned(Algorithm::character, settings) ==
          Pieces{{"a", -0.48550773f}, {"\u2581", -1.466337f}, {"b", -1.8718021f}, {"z", -std::numeric_limits<float>::infinity()}});
}

TEST_CASE("a user's symbol is a word, too, and no word holds it") {
  auto settings = of_size(50);
  settings.reserved.user_defined_symbols = {"ab", "c"};
  REQUIRE(learned(Algorithm::word, settings) == Pieces{{"ab", 0},
                                                       {"\u2581""ab", 0},
                                                       {"c", 0},
                                                       {"\u2581""c", 0},
                                                       {"\u2581""aaa", -1.3862944f},
                                                       {"\u2581""aaaa", -1.3862944f},
                                                       {"\u2581""aaaaa", -1.3862944f}});
}

TEST_CASE("all words, or all characters, whatever the size asked for") {
  auto settings = of_size(4, true);
  settings.use_all_vocab = true;
  REQUIRE(learned(Algorithm::word, settings).size() == 5);
  REQUIRE(learned(Algorithm::character, settings).size() == 3);
  REQUIRE_THROWS_AS(train(Algorithm::bpe, settings), Error);
  REQUIRE_THROWS_AS(train(Algorithm::unigram, settings), Error);
}

TEST_CASE("more pieces than the text has are an error, but for characters") {
  REQUIRE_THROWS_WITH(train(Algorithm::bpe, of_size(21, true)), Catch::Contains("no more than 20 pieces"));
  REQUIRE_THROWS_WITH(train(Algorithm::word, of_size(9, true)), Catch::Contains("no more than 8 pieces"));
  REQUIRE_THROWS_WITH(train(Algorithm::bpe, of_size(5)), Catch::Contains("cannot hold 3 characters"));
  REQUIRE(learned(Algorithm::character, of_size(9, true)).size() == 3);
}

TEST_CASE("what was trained encodes") {
  for (const auto algorithm : {Algorithm::bpe, Algorithm::word, Algorithm::character}) {
    const Tokenizer tokenizer(train(algorithm, of_size(20)));
    Encoder encoder(tokenizer);
    std::vector<TokenId> ids;
    encoder.encode("ab aaa", ids);
    REQUIRE(tokenizer.decode(ids) == "ab aaa");
    REQUIRE(ids.size() == (algorithm == Algorithm::character ? 7 : 2));
  }
}

}  // namespace quern
