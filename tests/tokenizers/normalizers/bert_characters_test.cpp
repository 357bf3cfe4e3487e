#include "tokenizers/normalizers/bert_characters.h"

#include <catch2/catch.hpp>

#include "core/text/utf8.h"
#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/normalizers/spans.h"

using namespace quern;
using test::aligned;
using test::plain;
using test::Spans;

// Spans in this file were computed by Hugging Face tokenizers 0.23.3, one token a character.

namespace {

BertNormalizer bert(bool lowercase, std::optional<bool> strip_accents) {
  return {.clean_text = true, .handle_chinese_chars = true, .strip_accents = strip_accents, .lowercase = lowercase};
}

}  // namespace

TEST_CASE("BERT: controls go, an ideograph gets spaces, capitals and accents go, and each character knows its origin") {
  CHECK(aligned({BertNormalizer{}}, "Caf\u00C9\u0301 \u4E2D\x0Bx\u200B\tA\u030A") ==
        Spans{"cafe  \u4E2D x a",
              {{0, 1}, {1, 2}, {2, 3}, {3, 5}, {7, 8}, {8, 11}, {8, 11}, {8, 11}, {12, 13}, {16, 17}, {17, 18}}});
  CHECK(aligned({BertNormalizer{}}, "\uFA0E\uF900\U0002B820") ==
        Spans{" \uFA0E  \u8C48 \U0002B820", {{0, 3}, {0, 3}, {0, 3}, {3, 6}, {3, 6}, {3, 6}, {6, 10}}});
}

TEST_CASE("BERT: vertical tab and form feed vanish, so their neighbours are one word") {
  CHECK(plain({BertNormalizer{}},
              "a\x0B"
              "b\x0C"
              "c\td\u00A0e\u3000f\u0085g") == "abc d e fg");
  CHECK(plain({BertNormalizer{}}, std::string("\0a\uFFFD", 5)) == "a");
}

TEST_CASE("BERT: unassigned characters stay, and so does what Extension E lacks") {
  CHECK(plain({BertNormalizer{}}, "\u0378\U0002B91F\U0002B920") == "\u0378\U0002B91F \U0002B920 ");
}

TEST_CASE("BERT: a capital sigma is never final, and a dotted capital I keeps its dot where accents stay") {
  CHECK(aligned({bert(true, false)}, "\u0130\u03A3 \u03A3x") ==
        Spans{"i\u0307\u03C3 \u03C3x", {{0, 2}, {0, 2}, {2, 4}, {4, 5}, {5, 7}, {7, 8}}});
  CHECK(plain({BertNormalizer{}}, "\u0130\u03C2") == "i\u03C2");
}

TEST_CASE("BERT: stripping accents takes Hangul and Japanese apart") {
  CHECK(aligned({BertNormalizer{}}, "\uD55C\uAE00\u304C") ==
        Spans{"\u1112\u1161\u11AB\u1100\u1173\u11AF\u304B", {{0, 3}, {0, 3}, {0, 3}, {3, 6}, {3, 6}, {3, 6}, {6, 9}}});
  CHECK(plain({bert(true, false)}, "\uD55C\uAE00\u304C") == "\uD55C\uAE00\u304C");
}

TEST_CASE("BERT: marks that stay are put in canonical order") {
  CHECK(aligned({BertNormalizer{}}, "\uA98F\uA9C0\u0323\u302E\u0301\uA9C0 \u1100") ==
        Spans{"\uA98F\uA9C0\uA9C0\u302E \u1100", {{0, 3}, {3, 6}, {6, 8}, {11, 13}, {16, 17}, {17, 20}}});
  CHECK(aligned({BertNormalizer{}}, "\u302E\uA9C0\u0300") == Spans{"\uA9C0\u302E", {{0, 3}, {3, 6}}});
}

TEST_CASE("BERT: accents can go while capitals stay") {
  CHECK(aligned({bert(false, true)}, "\u212B\u1E9B\u0323") == Spans{"A\u017F", {{0, 3}, {3, 6}}});
}

TEST_CASE("BERT: a text is what its characters are, one by one, unless a mark moves") {
  for (const BertNormalizer& part :
       {bert(true, std::nullopt), bert(false, std::nullopt), bert(true, false), bert(false, true)}) {
    const NormalizerChain chain({part});
    const normalizers::CharacterMap& map = normalizers::bert_characters(part);
    test::GeneratedText generated(11);
    for (int round = 0; round < 2000; ++round) {
      const std::string text = generated.valid_utf8(generated.below(30));
      std::string expected;
      bool refused = false;
      for (const char* p = text.data(); p < text.data() + text.size();) {
        const char* from = p;
        refused = refused || map.action(utf8::decode(p)).has(normalizers::CharacterMap::Action::kRefused);
        expected += plain(chain, {from, static_cast<std::size_t>(p - from)});
      }
      if (!refused) REQUIRE(aligned(chain, text).text == expected);
    }
  }
}
