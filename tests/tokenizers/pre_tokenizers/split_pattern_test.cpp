#include "tokenizers/pre_tokenizers/split_pattern.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "tests/tokenizers/generated_text.h"
#include "tokenizers/pre_tokenizers/regex_engine.h"

using namespace quern;
using Pieces = std::vector<std::string>;

namespace {

Pieces split(const Splitter& splitter, std::string_view text) {
  Pieces pieces;
  for (std::size_t at = 0; at < text.size();) {
    const Piece piece = splitter.next(text, at);
    REQUIRE(piece.size > 0);
    pieces.emplace_back(text.substr(at, piece.size));
    at += piece.size;
  }
  return pieces;
}

Pieces split(const char* name, std::string_view text) { return split(Splitter(SplitPattern::named(name)), text); }

// The pattern as its authors wrote it, run by ICU.
struct Oracle {
  explicit Oracle(const char* name)
      : engine(RegexEngine::compile(SplitPattern::named(name).source, RegexEngine::Choice::icu)) {}
  Pieces split(std::string_view text) const {
    Pieces pieces;
    for (std::size_t at = 0; at < text.size();) {
      const auto match = engine->find(text, at);
      REQUIRE((match && match->begin == at && match->end > at));
      pieces.emplace_back(text.substr(at, match->end - at));
      at = match->end;
    }
    return pieces;
  }
  std::unique_ptr<RegexEngine> engine;
};

}  // namespace

TEST_CASE("every scanner cuts generated text where its pattern cuts it") {
  for (const std::string& name : SplitPattern::names()) {
    const Oracle oracle(name.c_str());
    const Splitter splitter(SplitPattern::named(name));
    test::GeneratedText generated(1);
    for (int i = 0; i < 12000; ++i) {
      const std::string text = generated.valid_utf8(1 + generated.below(i % 10 == 0 ? 60 : 8));
      const Pieces expected = oracle.split(text), pieces = split(splitter, text);
      if (pieces == expected) continue;
      CAPTURE(name, text);
      REQUIRE(pieces == expected);
    }
  }
}

TEST_CASE("every scanner cuts the hard cases where its pattern cuts them") {
  const char* fixtures = std::getenv("QUERN_FIXTURES");
  if (fixtures == nullptr) {
    WARN("skipped: QUERN_FIXTURES is not set");
    return;
  }
  const std::string path = std::string(fixtures) + "/tokenizers/cases.jsonl";
  for (const std::string& name : SplitPattern::names()) {
    const Oracle oracle(name.c_str());
    const Splitter splitter(SplitPattern::named(name));
    std::ifstream lines(path);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      const Json row = parse_json(line, path);
      const auto text = row.at("text").get<std::string>();
      CAPTURE(name, row.at("case").get<int>());
      CHECK(split(splitter, text) == oracle.split(text));
    }
    CHECK(count > 600);
  }
}

TEST_CASE("a contraction begins with an apostrophe and may be of any case, but not for GPT-2") {
  CHECK(split("gpt2", "he'll HE'LL") == Pieces{"he", "'ll", " HE", "'", "LL"});
  CHECK(split("cl100k", "he'll HE'LL") == Pieces{"he", "'ll", " HE", "'LL"});
  CHECK(split("cl100k", "x'\xC5\xBFy") == Pieces{"x", "'\xC5\xBF", "y"});
  CHECK(split("gpt2", "x'\xC5\xBFy") == Pieces{"x", "'", "\xC5\xBFy"});
  CHECK(split("o200k", "he'll HE'LL") == Pieces{"he'll", " HE'LL"});
}

TEST_CASE("white space gives its last character to what follows") {
  CHECK(split("gpt2", "a   b") == Pieces{"a", "  ", " b"});
  CHECK(split("gpt2", "a \n b") == Pieces{"a", " \n", " b"});
  CHECK(split("gpt2", "a\xE3\x80\x80\xE3\x80\x80 b") == Pieces{"a", "\xE3\x80\x80\xE3\x80\x80", " b"});
  CHECK(split("gpt2", "a  \tb") == Pieces{"a", "  ", "\t", "b"});
  CHECK(split("cl100k", "a  \tb") == Pieces{"a", "  ", "\tb"});
}

TEST_CASE("white space at the end is one piece for tiktoken's cl100k only") {
  CHECK(split("cl100k", "a \n  ") == Pieces{"a", " \n  "});
  CHECK(split("cl100k-hf", "a \n  ") == Pieces{"a", " \n", "  "});
  CHECK(split("cl100k", "a \n  b") == Pieces{"a", " \n", " ", " b"});
}

TEST_CASE("o200k words end in lower case, and marks belong to words") {
  CHECK(split("o200k", "CamelCase iPhone ABC") == Pieces{"Camel", "Case", " i", "Phone", " ABC"});
  CHECK(split("o200k", "\xCC\x81" "A") == Pieces{"\xCC\x81", "A"});
  CHECK(split("o200k", "\xE4\xB8\xAD" "AB") == Pieces{"\xE4\xB8\xAD", "AB"});
  CHECK(split("o200k", "a//\n/b") == Pieces{"a", "//\n/", "b"});
}

TEST_CASE("long runs are one linear walk") {
  for (const std::string& name : SplitPattern::names()) {
    const Splitter splitter(SplitPattern::named(name));
    for (const char* unit : {" ", "a", "A", "1", "!", "\n", " \n", "\xE4\xB8\xAD", "\xE4\xB8\xAD" "A", "'", "\xCC\x81"}) {
      std::string text;
      while (text.size() < 1'000'000) text += unit;
      std::size_t pieces = 0;
      for (std::size_t at = 0; at < text.size(); ++pieces) at += splitter.next(text, at).size;
      CHECK(pieces > 0);
    }
  }
}

TEST_CASE("published expressions are recognised in every spelling, others are not") {
  using Kind = SplitPattern::Kind;
  for (const std::string& name : SplitPattern::names()) {
    const SplitPattern pattern = SplitPattern::named(name);
    CHECK(SplitPattern::from_regex(pattern.source) == pattern);
  }
  const SplitPattern newer = SplitPattern::from_regex(
      R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)");
  CHECK(newer.kind == Kind::gpt2);
  CHECK(SplitPattern::from_regex(R"(\s+)").kind == Kind::regex);
  CHECK_THROWS_WITH(SplitPattern::named("gpt3"), Catch::Contains("gpt3"));
}

TEST_CASE("a user's expression cuts at its matches and between them") {
  const Splitter splitter(SplitPattern::from_regex("[0-9]+"));
  const std::string text = "ab12c3";
  std::vector<bool> matched;
  for (std::size_t at = 0; at < text.size();) {
    const Piece piece = splitter.next(text, at);
    matched.push_back(piece.matched);
    at += piece.size;
  }
  CHECK(split(splitter, text) == Pieces{"ab", "12", "c", "3"});
  CHECK(matched == std::vector<bool>{false, true, false, true});
}

TEST_CASE("an empty match cuts but is no piece") {
  CHECK(split(Splitter(SplitPattern::from_regex("x*")), "axxb\xE4\xB8\xAD") == Pieces{"a", "xx", "b", "\xE4\xB8\xAD"});
  CHECK(split(Splitter(SplitPattern::from_regex("(?=b)")), "abab") == Pieces{"a", "ba", "b"});
}

TEST_CASE("a user's expression sees what stands before the piece") {
  CHECK(split(Splitter(SplitPattern::from_regex("(?<=a)b|[^b]+|b+")), "abbb") == Pieces{"a", "b", "bb"});
  CHECK(split(Splitter(SplitPattern::from_regex("^a")), "aaa") == Pieces{"a", "aa"});
}

TEST_CASE("a literal cuts out its occurrences") {
  const Splitter splitter(SplitPattern::from_literal("\xE2\x96\x81"));
  CHECK(split(splitter, "\xE2\x96\x81" "a\xE2\x96\x81") == Pieces{"\xE2\x96\x81", "a", "\xE2\x96\x81"});
  CHECK(splitter.scanner() == nullptr);
  CHECK_THROWS_AS(Splitter(SplitPattern::from_literal("")), Error);
}
