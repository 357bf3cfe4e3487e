#include "tokenizers/evaluation/text_profile.h"

#include <catch2/catch.hpp>

#include "core/text/utf8.h"
#include "tests/tokenizers/generated_text.h"

using namespace quern;

namespace {

std::vector<std::string> scripts_of(const TextProfile& text) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < text.characters(); ++c) names.push_back(unicode::script_name(text.script(c)));
  return names;
}

}  // namespace

TEST_CASE("what is of no script counts for the script before it, or for the first that comes") {
  TextProfile text;
  text.read("(水 a1");
  CHECK(scripts_of(text) == std::vector<std::string>{"Han", "Han", "Han", "Latin", "Latin"});
  text.read("1 + 2");
  CHECK(scripts_of(text) == std::vector<std::string>(5, "Common"));
  text.read("");
  CHECK(text.characters() == 0);
}

TEST_CASE("a character is found by any of its bytes, and an ill-formed sequence is one") {
  TextProfile text;
  text.read("a水\xE6\xB0z");
  REQUIRE(text.characters() == 4);
  const std::size_t expected[] = {0, 1, 1, 1, 2, 2, 3};
  for (std::size_t byte = 0; byte < std::size(expected); ++byte) CHECK(text.character_at(byte) == expected[byte]);
  CHECK(text.character_at(7) == 3);
  CHECK(text.code_point(2) == utf8::kReplacement);
}

TEST_CASE("words are found without spaces, too, and end where the dictionary ends them") {
  TextProfile text;
  text.read("The mill, 水车在河边转动");
  CHECK(text.word_ends().front() == 3);
  CHECK(text.word_ends().size() > 4);
  CHECK(text.word_ends().back() == text.text().size());
}

TEST_CASE("characters and words of any text are those that are counted elsewhere") {
  test::GeneratedText generated(7);
  TextProfile text;
  unicode::WordBreaker breaker;
  for (int round = 0; round < 200; ++round) {
    const std::string valid = generated.valid_utf8(30);
    text.read(valid);
    CHECK(text.characters() == utf8::count_code_points(valid));
    CHECK(text.word_ends().size() == breaker.count_words(valid));
    const std::string bytes = generated.bytes(40);
    text.read(bytes);
    const std::string mended = utf8::replace_invalid(bytes);
    CHECK(text.characters() == utf8::count_code_points(mended));
  }
}
