#include <catch2/catch.hpp>

#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/normalizers/spans.h"

using namespace quern;
using test::aligned;
using test::plain;
using test::Spans;

// Spans in this file were computed by Hugging Face tokenizers 0.23.3, one token a character.

TEST_CASE("what replaces a match stands for its last character") {
  const std::vector<Normalizer> parts = {ReplaceNormalizer{SplitPattern::from_literal("a"), "xyz"}};
  CHECK(aligned(parts, "abca") == Spans{"xyzbcxyz", {{0, 1}, {0, 1}, {0, 1}, {1, 2}, {2, 3}, {3, 4}, {3, 4}, {3, 4}}});
  CHECK(plain(parts, "bcd") == "bcd");
  CHECK(plain(parts, "") == "");
}

TEST_CASE("an expression matches the empty string, but not right behind another match") {
  const std::vector<Normalizer> parts = {ReplaceNormalizer{SplitPattern::from_regex("b*"), "-"}};
  CHECK(aligned(parts, "abbc\u00E9") ==
        Spans{"-a-c-\u00E9-", {{0, 0}, {0, 1}, {2, 3}, {3, 4}, {3, 4}, {4, 6}, {4, 6}}});
  CHECK(plain(parts, "") == "");
}

TEST_CASE("the empty literal is everywhere") {
  const std::vector<Normalizer> parts = {ReplaceNormalizer{SplitPattern::from_literal(""), "-"}};
  CHECK(aligned(parts, "abc") == Spans{"-a-b-c-", {{0, 0}, {0, 1}, {0, 1}, {1, 2}, {1, 2}, {2, 3}, {2, 3}}});
}

TEST_CASE("an expression that looks ahead replaces what it matched only") {
  const std::vector<Normalizer> parts = {ReplaceNormalizer{SplitPattern::from_regex("a(?=b)"), "zz"}};
  CHECK(aligned(parts, "abaab") == Spans{"zzbazzb", {{0, 1}, {0, 1}, {1, 2}, {2, 3}, {3, 4}, {3, 4}, {4, 5}}});
}

TEST_CASE("what is put before a text stands for its first character, which stands for itself as well") {
  CHECK(aligned({PrependNormalizer{"ab"}}, "\u00E9x") == Spans{"ab\u00E9x", {{0, 2}, {0, 2}, {0, 2}, {2, 3}}});
  CHECK(aligned({PrependNormalizer{""}}, "\u00E9x") == Spans{"\u00E9x", {{0, 0}, {2, 3}}});
  CHECK(plain({PrependNormalizer{"ab"}}, "") == "");
}

TEST_CASE("white space of every kind goes at the ends that were asked for") {
  const std::string text = "\u3000 \t\u00E9 x\u0085\u2029\n";
  CHECK(aligned({StripNormalizer{}}, text) == Spans{"\u00E9 x", {{5, 7}, {7, 8}, {8, 9}}});
  CHECK(plain({StripNormalizer{.left = true, .right = false}}, text) == "\u00E9 x\u0085\u2029\n");
  CHECK(plain({StripNormalizer{.left = false, .right = true}}, text) == "\u3000 \t\u00E9 x");
  CHECK(plain({StripNormalizer{}}, " \u3000\n") == "");
  CHECK(aligned({StripNormalizer{}, PrependNormalizer{"_"}}, "   ") == Spans{"", {}});
}

TEST_CASE("bytes spelled out stand for the character they are part of") {
  CHECK(aligned({ByteLevelNormalizer{}}, "\u00E9 x") == Spans{"\u00C3\u00A9\u0120x", {{0, 2}, {0, 2}, {2, 3}, {3, 4}}});
  CHECK(plain({ByteLevelNormalizer{}}, "plain!") == "plain!");
}

TEST_CASE("Llama's two normalizers: a mark in front, and one for every space") {
  const std::vector<Normalizer> parts = {PrependNormalizer{"_"},
                                         ReplaceNormalizer{SplitPattern::from_literal(" "), "_"}};
  CHECK(aligned(parts, " a b") == Spans{"__a_b", {{0, 1}, {0, 1}, {1, 2}, {2, 3}, {3, 4}}});
}

TEST_CASE("runs of white space are replaced alike by the expression that is known and by one that means the same") {
  const NormalizerChain known({ReplaceNormalizer{SplitPattern::from_regex("\\s+"), " "}});
  const NormalizerChain other({ReplaceNormalizer{SplitPattern::from_regex("\\s\\s*"), " "}});
  test::GeneratedText generated(41);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = generated.valid_utf8(generated.below(40));
    REQUIRE(aligned(known, text) == aligned(other, text));
  }
}

TEST_CASE("what replaces may be shorter or longer than eight bytes") {
  for (const std::string content : {"", "x", "12345678", "a much longer content than a word of the machine"}) {
    const NormalizerChain chain({ReplaceNormalizer{SplitPattern::from_literal(" "), content}});
    std::string text, expected;
    for (int word = 0; word < 40; ++word) {
      text += "\u4E2D" + std::string(static_cast<std::size_t>(word), 'w') + " ";
      expected += "\u4E2D" + std::string(static_cast<std::size_t>(word), 'w') + content;
    }
    CHECK(aligned(chain, text).text == expected);
  }
}
