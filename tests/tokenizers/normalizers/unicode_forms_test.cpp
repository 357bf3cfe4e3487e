#include "tokenizers/normalizers/unicode_forms.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <catch2/catch.hpp>
#include <random>

#include "core/text/utf8.h"
#include "tests/tokenizers/normalizers/spans.h"

using namespace quern;
using test::aligned;
using test::plain;
using test::Spans;
using Form = UnicodeNormalizer::Form;

// Spans in this file were computed by Hugging Face tokenizers 0.23.3, one token a character.

namespace {

const std::string kText = "e\u0301\u0323\uAC01\u11A8\u1112\u1161\u11AB\uFB03\u0344\u1E9B\u0323";

class Icu {
 public:
  Icu() {
    UErrorCode status = U_ZERO_ERROR;
    by_form_ = {icu::Normalizer2::getNFCInstance(status), icu::Normalizer2::getNFDInstance(status),
                icu::Normalizer2::getNFKCInstance(status), icu::Normalizer2::getNFKDInstance(status)};
    REQUIRE(U_SUCCESS(status));
  }
  std::string normalize(Form form, const std::string& text) const {
    UErrorCode status = U_ZERO_ERROR;
    const auto& normalizer = *by_form_[static_cast<std::size_t>(form)];
    std::string out;
    normalizer.normalize(icu::UnicodeString::fromUTF8(text), status).toUTF8String(out);
    REQUIRE(U_SUCCESS(status));
    return out;
  }

 private:
  std::array<const icu::Normalizer2*, 4> by_form_{};
};

bool is_in_unicode_9(char32_t c) {
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(c), age);
  return age[0] >= 1 && age[0] <= 9 && u_charType(static_cast<UChar32>(c)) != U_SURROGATE;
}

}  // namespace

TEST_CASE("the four forms, with what each character comes from") {
  CHECK(aligned({UnicodeNormalizer{Form::nfc}}, kText) ==
        Spans{"\u1EB9\u0301\uAC01\u11A8\uD55C\uFB03\u0308\u0301\u1E9B\u0323",
              {{0, 1}, {3, 5}, {5, 8}, {8, 11}, {11, 14}, {20, 23}, {23, 25}, {23, 25}, {25, 28}, {28, 30}}});
  CHECK(aligned({UnicodeNormalizer{Form::nfd}}, kText) ==
        Spans{"e\u0323\u0301\u1100\u1161\u11A8\u11A8\u1112\u1161\u11AB\uFB03\u0308\u0301\u017F\u0323\u0307",
              {{0, 1},
               {1, 3},
               {3, 5},
               {5, 8},
               {5, 8},
               {5, 8},
               {8, 11},
               {11, 14},
               {14, 17},
               {17, 20},
               {20, 23},
               {23, 25},
               {23, 25},
               {25, 28},
               {28, 30},
               {28, 30}}});
  CHECK(aligned({UnicodeNormalizer{Form::nfkc}}, kText) ==
        Spans{"\u1EB9\u0301\uAC01\u11A8\uD55C"
              "ff\u1E2F\u1E69",
              {{0, 1}, {3, 5}, {5, 8}, {8, 11}, {11, 14}, {20, 23}, {20, 23}, {23, 25}, {25, 28}}});
  CHECK(aligned({UnicodeNormalizer{Form::nfkd}}, kText) ==
        Spans{"e\u0323\u0301\u1100\u1161\u11A8\u11A8\u1112\u1161\u11AB"
              "ffi\u0308\u0301s\u0323\u0307",
              {{0, 1},
               {1, 3},
               {3, 5},
               {5, 8},
               {5, 8},
               {5, 8},
               {8, 11},
               {11, 14},
               {14, 17},
               {17, 20},
               {20, 23},
               {20, 23},
               {20, 23},
               {23, 25},
               {23, 25},
               {25, 28},
               {28, 30},
               {28, 30}}});
}

TEST_CASE("a mark at the beginning has nothing to join, and a mark in between does not keep others off") {
  CHECK(aligned({UnicodeNormalizer{Form::nfc}}, "\u0301e\u0316\u0301x") ==
        Spans{"\u0301\u00E9\u0316x", {{0, 2}, {2, 3}, {5, 7}, {7, 8}}});
  CHECK(aligned({UnicodeNormalizer{Form::nfd}}, "\u1EC7\u0327\u0301") ==
        Spans{"e\u0327\u0323\u0302\u0301", {{0, 3}, {3, 5}, {3, 5}, {3, 5}, {5, 7}}});
}

TEST_CASE("one character becomes three, two become one") {
  CHECK(aligned({UnicodeNormalizer{Form::nfkc}}, "\u3392\uFF8A\uFF9F") ==
        Spans{"MHz\u30D1", {{0, 3}, {0, 3}, {0, 3}, {3, 6}}});
}

TEST_CASE("what came after Unicode 9 is left alone") {
  for (const Form form : {Form::nfkc, Form::nfkd})
    CHECK(plain({UnicodeNormalizer{form}}, "\u32FF\U0001F16C") == "\u32FF\U0001F16C");
}

TEST_CASE("a thousand marks on one letter are sorted, not counted one against the other") {
  std::string text = "a", sorted = "a";
  for (int i = 0; i < 20000; ++i) text += i % 2 == 0 ? "\u0301" : "\u0323";
  sorted += std::string("\u0323");  // joins the a
  const std::string out = plain({UnicodeNormalizer{Form::nfd}}, text);
  CHECK(out.size() == text.size());
  CHECK(out.substr(0, 5) == "a\u0323\u0323");
  CHECK(out.substr(out.size() - 4) == "\u0301\u0301");
}

TEST_CASE("normal forms of characters of Unicode 9 are ICU's") {
  std::vector<char32_t> marks, changing, others;
  for (char32_t c = 1; c < 0x30000; ++c) {
    if (!is_in_unicode_9(c)) continue;
    const auto type = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_DECOMPOSITION_TYPE);
    (u_getCombiningClass(static_cast<UChar32>(c)) != 0 ? marks : type != 0 ? changing : others).push_back(c);
  }
  for (char32_t c = 0x1100; c < 0x1200; ++c) changing.push_back(c);
  std::mt19937 random(5);
  const auto pick = [&](const std::vector<char32_t>& from) { return from[random() % from.size()]; };
  const Icu icu;
  const std::array chains = {
      NormalizerChain({UnicodeNormalizer{Form::nfc}}), NormalizerChain({UnicodeNormalizer{Form::nfd}}),
      NormalizerChain({UnicodeNormalizer{Form::nfkc}}), NormalizerChain({UnicodeNormalizer{Form::nfkd}})};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto i = random() % 12; i > 0; --i) {
      const auto roll = random() % 10;
      utf8::append(text, roll < 3   ? pick(marks)
                         : roll < 6 ? pick(changing)
                         : roll < 8 ? 'a' + random() % 26
                                    : pick(others));
    }
    for (const Form form : {Form::nfc, Form::nfd, Form::nfkc, Form::nfkd}) {
      REQUIRE(aligned(chains[static_cast<std::size_t>(form)], text).text == icu.normalize(form, text));
    }
  }
}
