#include "tokenizers/wordpiece/word_encoder.h"

#include <catch2/catch.hpp>

#include <map>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tests/tokenizers/generated_text.h"

using quern::ModelToken;
using quern::TokenId;
using quern::WordPieceModel;
using quern::wordpiece::WordEncoder;

namespace {

std::vector<ModelToken> encode(const WordEncoder& encoder, std::string_view word) {
  std::vector<ModelToken> tokens;
  encoder.encode(word, tokens);
  return tokens;
}

// The definition: at each place try the longest first.
std::vector<ModelToken> naive(const WordPieceModel& model, const std::string& word) {
  std::map<std::string, TokenId> ids;
  for (TokenId id = 0; id < model.vocabulary.size(); ++id) ids[model.vocabulary[id]] = id;
  const auto end = static_cast<std::uint32_t>(word.size());
  const std::vector<ModelToken> unknown = {{ids.at(model.unk_token), 0, end}};
  if (quern::utf8::count_code_points(word) > model.max_input_chars_per_word) return unknown;
  std::vector<ModelToken> tokens;
  for (std::uint32_t at = 0; at < end;) {
    const std::string prefix = at > 0 ? model.continuing_subword_prefix : "";
    std::uint32_t stop = end;
    while (stop > at && ids.count(prefix + word.substr(at, stop - at)) == 0) --stop;
    if (stop == at) return unknown;
    tokens.push_back({ids[prefix + word.substr(at, stop - at)], at, stop});
    at = stop;
  }
  return tokens;
}

}  // namespace

TEST_CASE("a word is spelled with the longest token at each place, or not at all") {
  const WordPieceModel model{.vocabulary = {"[UNK]", "grind", "##ing", "##in", "##g", "in", "磨", "##粉"}};
  const WordEncoder encoder(model);
  CHECK(encode(encoder, "grinding") == std::vector<ModelToken>{{1, 0, 5}, {2, 5, 8}});
  CHECK(encode(encoder, "ing") == std::vector<ModelToken>{{5, 0, 2}, {4, 2, 3}});
  CHECK(encode(encoder, "磨粉") == std::vector<ModelToken>{{6, 0, 3}, {7, 3, 6}});
  CHECK(encode(encoder, "grinds") == std::vector<ModelToken>{{0, 0, 6}});
  CHECK(encode(encoder, "##ing") == std::vector<ModelToken>{{2, 0, 5}});  // as Hugging Face: a text may spell it
}

TEST_CASE("a word of more characters than the limit is unknown") {
  WordPieceModel model{.vocabulary = {"[UNK]", "ä", "##ä"}, .max_input_chars_per_word = 100};
  const auto word = [](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += "ä";
    return text;
  };
  CHECK(encode(WordEncoder(model), word(100)).size() == 100);
  CHECK(encode(WordEncoder(model), word(101)) == std::vector<ModelToken>{{0, 0, 202}});
}

TEST_CASE("links give what trying every length gives") {
  quern::test::GeneratedText generated(31);
  for (int round = 0; round < 200; ++round) {
    WordPieceModel model{.vocabulary = {"?"}, .unk_token = "?", .continuing_subword_prefix = round % 4 == 0 ? "" : "##"};
    if (round % 5 == 0) model.max_input_chars_per_word = 3;
    const std::string letters = round % 2 == 0 ? "ab" : "abc#";
    const auto text = [&](std::size_t most) {
      std::string s;
      for (std::size_t n = 1 + generated.below(most); n > 0; --n) {
        s += generated.below(9) == 0 ? "磨" : std::string(1, letters[generated.below(letters.size())]);
      }
      return s;
    };
    for (std::size_t n = generated.below(30); n > 0; --n) {
      const std::string token = (generated.below(2) == 0 ? model.continuing_subword_prefix : "") + text(6);
      if (std::count(model.vocabulary.begin(), model.vocabulary.end(), token) == 0) model.vocabulary.push_back(token);
    }
    const WordEncoder encoder(model);
    for (int i = 0; i < 60; ++i) {
      const std::string word = text(12);
      CAPTURE(round, model.vocabulary, word);
      REQUIRE(encode(encoder, word) == naive(model, word));
    }
  }
}

TEST_CASE("a long token that never matches costs its length, not its square") {
  WordPieceModel model{.vocabulary = {"[UNK]", "a", "##a", std::string(200000, 'a') + "b"},
                       .max_input_chars_per_word = 1000000};
  CHECK(encode(WordEncoder(model), std::string(1000, 'a')).size() == 1000);
}

TEST_CASE("a vocabulary with a token twice, or without its unknown token, is refused") {
  CHECK_THROWS_WITH(WordEncoder(WordPieceModel{.vocabulary = {"[UNK]", "a", "a"}}), Catch::Contains("tokens 1 and 2"));
  CHECK_THROWS_WITH(WordEncoder(WordPieceModel{.vocabulary = {"a"}}), Catch::Contains("[UNK]"));
}
