#include <catch2/catch.hpp>

#include "core/text/utf8.h"
#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/normalizers/spans.h"

using namespace quern;
using test::aligned;
using test::plain;
using test::Spans;

// Spans in this file were computed by Hugging Face tokenizers 0.23.3, one token a character.

TEST_CASE("lower case of Unicode 17, without a final sigma") {
  CHECK(aligned({LowercaseNormalizer{}}, "\u0130STANBUL \u03A3\u0399\u03A3 \uA7CE\u1E9E") ==
        Spans{"i\u0307stanbul \u03C3\u03B9\u03C3 \uA7CF\u00DF",
              {{0, 2},
               {0, 2},
               {2, 3},
               {3, 4},
               {4, 5},
               {5, 6},
               {6, 7},
               {7, 8},
               {8, 9},
               {9, 10},
               {10, 12},
               {12, 14},
               {14, 16},
               {16, 17},
               {17, 20},
               {20, 23}}});
}

TEST_CASE("StripAccents drops marks of every kind, and takes nothing apart") {
  CHECK(aligned({StripAccentsNormalizer{}}, "e\u0301\u0903\u20DD\u00E9") == Spans{"e\u00E9", {{0, 1}, {9, 11}}});
}

TEST_CASE("Nmt drops some controls and makes spaces of what has no width; a zero byte stays") {
  CHECK(aligned({NmtNormalizer{}}, std::string("\x01"
                                               "a\u200D\u2028\x7F\uFFFD\0b\u2581",
                                               17)) ==
        Spans{std::string("a   \0b ", 7), {{1, 2}, {2, 5}, {5, 8}, {9, 12}, {12, 13}, {13, 14}, {14, 17}}});
}

TEST_CASE("normalizers one after the other keep what each character comes from") {
  CHECK(aligned({NmtNormalizer{}, UnicodeNormalizer{UnicodeNormalizer::Form::nfkc}, StripNormalizer{}},
                "\x01 \uFB01\u200B\u3000") == Spans{"fi", {{2, 5}, {2, 5}}});
}

TEST_CASE("what looks at single characters makes of a text what it makes of its characters") {
  for (const Normalizer& part : {Normalizer{LowercaseNormalizer{}}, {StripAccentsNormalizer{}}, {NmtNormalizer{}}}) {
    const NormalizerChain chain({part});
    test::GeneratedText generated(3);
    for (int round = 0; round < 2000; ++round) {
      const std::string text = generated.valid_utf8(generated.below(30));
      std::string expected;
      for (const char* p = text.data(); p < text.data() + text.size();) {
        const char* from = p;
        utf8::decode(p);
        expected += plain(chain, {from, static_cast<std::size_t>(p - from)});
      }
      REQUIRE(aligned(chain, text).text == expected);
    }
  }
}
