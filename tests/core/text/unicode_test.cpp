#include "core/text/unicode.h"

#include <catch2/catch.hpp>

namespace unicode = quern::unicode;

TEST_CASE("scripts have their names") {
  CHECK(unicode::script_name(unicode::script(U'q')) == "Latin");
  CHECK(unicode::script_name(unicode::script(U'磨')) == "Han");
  CHECK(unicode::script_name(unicode::script(U'ひ')) == "Hiragana");
  CHECK(unicode::script_name(unicode::script(U'ж')) == "Cyrillic");
  CHECK(unicode::script_name(unicode::script(U'1')) == "Common");
  CHECK(unicode::script_name(unicode::script(0x110000)) == "Unknown");
  CHECK(unicode::script_name(-5) == "Unknown");
}

TEST_CASE("characters take as many columns as a terminal gives them") {
  for (const char32_t narrow : {U'a', U'é', U'ж', U'\u00AD', U'ｱ'}) CHECK(unicode::width(narrow) == 1);
  for (const char32_t wide : {U'磨', U'ひ', U'맷', U'Ａ', U'🌾'}) CHECK(unicode::width(wide) == 2);
  for (const char32_t none : {U'\u0301', U'\u200D', U'\u20DD', U'\u1161', U'\u11A8', U'\n'}) {
    CHECK(unicode::width(none) == 0);
  }
}

TEST_CASE("words are counted, punctuation and space are not, and Chinese, Japanese and Thai are cut by dictionary") {
  unicode::WordBreaker breaker;
  CHECK(breaker.count_words("") == 0);
  CHECK(breaker.count_words({}) == 0);
  CHECK(breaker.count_words(" … !? \n") == 0);
  CHECK(breaker.count_words("The miller's stone grinds 3.5 sacks.") == 6);
  CHECK(breaker.count_words("we grind\nwe sift") == 4);
  CHECK(breaker.count_words("我们喜欢面包") == 3);
  CHECK(breaker.count_words("パンを食べる") == 3);
  CHECK(breaker.count_words("ขนมปัง อร่อย") == 2);
  CHECK(breaker.count_words("жёрнов мелет") == 2);
}

TEST_CASE("the version of ICU is told") { CHECK(unicode::icu_version().find('.') != std::string::npos); }
