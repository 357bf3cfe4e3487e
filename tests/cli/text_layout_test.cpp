#include "cli/text_layout.h"

#include <catch2/catch.hpp>

using namespace quern::cli;
using Lines = std::vector<std::string>;

TEST_CASE("words are broken at the width, counted in code points") {
  CHECK(wrap("aa bb cc", 0, 5) == Lines{"aa bb", "cc"});
  CHECK(wrap("éé ßß cc", 0, 5) == Lines{"éé ßß", "cc"});
  CHECK(wrap("  aa\n bb  ", 2, 7) == Lines{"  aa bb"});
  CHECK(wrap("a longerthanthewidth b", 1, 6) == Lines{" a", " longerthanthewidth", " b"});
  CHECK(wrap("", 3).empty());
}

TEST_CASE("paragraphs stay apart, and indented ones stay as they are") {
  CHECK(paragraphs("one two\n\n  $ keep   this\n  and this\n\nthree", 0) ==
        "one two\n\n  $ keep   this\n  and this\n\nthree\n");
}

TEST_CASE("two columns align, wrap on the right, and let a long left part have its line") {
  const std::string right(90, 'x');
  CHECK(two_columns({{"-a", "one"}, {"--bb", "two"}}, 10) == "  -a    one\n  --bb  two\n");
  CHECK(two_columns({{"-a", "one"}, {"--much-too-long", "two"}}, 6) == "  -a  one\n  --much-too-long  two\n");
  const std::string words = "aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa bbbb";
  CHECK(two_columns({{"-a", words}}, 6) == "  -a  " + words.substr(0, 69) + "\n      " + words.substr(70) + "\n");
  CHECK(two_columns({{"-a", "one"}, {"--much-too-long", words}}, 6) ==
        "  -a  one\n  --much-too-long\n      " + words.substr(0, 69) + "\n      " + words.substr(70) + "\n");
}
