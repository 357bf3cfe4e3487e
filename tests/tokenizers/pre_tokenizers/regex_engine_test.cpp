#include "tokenizers/pre_tokenizers/regex_engine.h"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tests/tokenizers/generated_text.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

using namespace quern;
using Choice = RegexEngine::Choice;

namespace {

std::vector<std::pair<std::size_t, std::size_t>> matches(const RegexEngine& engine, std::string_view text) {
  std::vector<std::pair<std::size_t, std::size_t>> list;
  for (std::size_t at = 0; at < text.size();) {
    const auto match = engine.find(text, at);
    if (!match) break;
    list.emplace_back(match->begin, match->end);
    at = std::max(match->end, at + 1);
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return list;
}

}  // namespace

TEST_CASE("RE2 runs what it can, ICU the rest") {
  CHECK(std::string(RegexEngine::compile(R"(\p{L}+|[^\s\p{N}]+)")->name()) == "RE2");
  for (const char* source : {R"(\s+(?!\S))", R"(\p{L}++)", R"((?<=a)b)", R"((a)\1)", R"(\bword\b)", R"([a-z&&[^x]])", R"([^\W_]+)"}) {
    CAPTURE(source);
    CHECK(std::string(RegexEngine::compile(source)->name()) == "ICU");
  }
}

TEST_CASE("both engines see the pinned classes, code point by code point") {
  struct Case { const char* source; unsigned char bit; bool negated; };
  for (const Case& c : {Case{R"(\p{L})", unicode::kLetter, false}, {R"([^\p{L}])", unicode::kLetter, true},
                        {R"([\P{N}])", unicode::kNumber, true}, {R"(\s)", unicode::kSpace, false},
                        {R"([^\S])", unicode::kSpace, false}, {R"([\p{^M}])", unicode::kMark, true},
                        {R"(\pM)", unicode::kMark, false}}) {
    for (const Choice choice : {Choice::re2, Choice::icu}) {
      const auto engine = RegexEngine::compile(c.source, choice);
      CAPTURE(c.source, engine->name());
      char32_t wrong = 0;
      for (char32_t point = 0; point < 0x110000 && wrong == 0; point += point < 0x3400 ? 1 : 7) {
        if (point >= 0xD800 && point < 0xE000) continue;
        std::string text;
        utf8::append(text, point);
        const bool expected = ((unicode::char_class(point) & c.bit) != 0) != c.negated;
        if (engine->find(text, 0).has_value() != expected) wrong = point;
      }
      CHECK(static_cast<std::uint32_t>(wrong) == 0);
    }
  }
}

TEST_CASE("the two engines find the same matches in generated text") {
  for (const char* source : {R"(\p{Lu}?\p{Ll}+|\p{N}{1,3}|[^\s\p{L}\p{N}]+|\s+)", R"((?i:'s|'ll)|\w+|[\d\s]+|.)", R"([!-/]+$|^.|\p{Han}+)",
                             R"([^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+)"}) {
    const auto re2 = RegexEngine::compile(source, Choice::re2), icu = RegexEngine::compile(source, Choice::icu);
    test::GeneratedText generated(2);
    for (int i = 0; i < 1500; ++i) {
      const std::string text = generated.valid_utf8(1 + generated.below(10));
      CAPTURE(source, text);
      REQUIRE(matches(*re2, text) == matches(*icu, text));
    }
  }
}

TEST_CASE("word characters and their boundaries are those of Hugging Face's engine") {
  const auto engine = RegexEngine::compile(R"(\b\w+\b)");
  for (const char* word : {"Ⅷ", "ⓐ", "🅰", "²", "¼", "e\u0301", "_", "٣", "汉字"}) {
    CAPTURE(word);
    const std::string text = std::string("'").append(word).append("'");
    const auto match = engine->find(text, 0);
    REQUIRE(match);
    CHECK(text.substr(match->begin, match->end - match->begin) == word);
  }
  for (const char* other : {"⁴", "①", "\u200D", "-", "+", "😀"}) {
    CAPTURE(other);
    CHECK(!engine->find(other, 0));
  }
  CHECK(!RegexEngine::compile(R"([\w])")->find("²", 0));
  CHECK(RegexEngine::compile(R"(\Bb)")->find("b ab", 0)->begin == 3);
  CHECK(!RegexEngine::compile(R"(\bth)")->find("ⓐth", 0));
}

TEST_CASE("an expression that does not compile says where") {
  CHECK_THROWS_WITH(RegexEngine::compile(R"(\p{L}+|(\s)"), Catch::Contains("does not compile"));
  CHECK_THROWS_WITH(RegexEngine::compile(R"(\p{L}\s[a-)"), Catch::Contains("at byte 10"));
  try {
    RegexEngine::compile("a{2,1}");
    FAIL("it compiled");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
  }
}

TEST_CASE("an expression that backtracks without end is an error that names it") {
  const auto engine = RegexEngine::compile(R"((?=(a+)+$)a)");
  CHECK_THROWS_WITH(engine->find(std::string(40, 'a') + "b", 0), Catch::Contains("(a+)+"));
  CHECK(engine->find("aa", 0));  // and the engine still works
}

TEST_CASE("one engine serves several threads") {
  const auto engine = RegexEngine::compile(R"(\s+(?!\S)|\S+)");
  const std::string text = "one  two \n three";
  const auto expected = matches(*engine, text);
  std::vector<std::thread> threads;
  std::vector<int> same(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) same[t] += matches(*engine, text) == expected;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(same == std::vector<int>(4, 200));
}
