#include <catch2/catch.hpp>

#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/normalizers/spans.h"
#include "tokenizers/normalizers/charsmap_builder.h"

using namespace quern;
using test::aligned;
using test::plain;
using test::Spans;

// Spans in this file were computed by Hugging Face tokenizers 0.23.3 with the same rules, one token a character.

namespace {

NormalizerChain chain() {
  return NormalizerChain({PrecompiledNormalizer{normalizers::serialize_charsmap({{"a", "xyz"},
                                                                                 {"e\u0301", "\u00E9"},
                                                                                 {"\uFB01", "fi"},
                                                                                 {"b", ""},
                                                                                 {"\r", " "},
                                                                                 {"\n", " "},
                                                                                 {"\u0958", "q"},
                                                                                 {"cd", "k"}})}});
}

}  // namespace

TEST_CASE("Precompiled: what follows a rule in a short cluster is dropped") {
  CHECK(aligned(chain(), "\uFB01\u0301x") == Spans{"fix", {{0, 3}, {3, 5}, {5, 6}}});
  CHECK(aligned(chain(), "e\u0301\u0316x") == Spans{"\u00E9x", {{0, 1}, {5, 6}}});
  CHECK(aligned(chain(),
                "a\u0301"
                "c") == Spans{"xyzc", {{0, 1}, {1, 3}, {1, 3}, {3, 4}}});
  CHECK(aligned(chain(), "\u0958\u0301") == Spans{"q", {{0, 3}}});
  CHECK(aligned(chain(), "a\r\nc") == Spans{"xyz c", {{0, 1}, {0, 1}, {0, 1}, {1, 2}, {3, 4}}});
}

TEST_CASE("Precompiled: a cluster of six bytes is looked up character by character") {
  CHECK(aligned(chain(), "e\u0301\u0316\u0317x") ==
        Spans{"e\u0301\u0316\u0317x", {{0, 1}, {1, 3}, {3, 5}, {5, 7}, {7, 8}}});
  CHECK(aligned(chain(), "\u0915\u094D\u0958\u0301") ==
        Spans{"\u0915\u094Dq\u0301", {{0, 3}, {3, 6}, {6, 9}, {9, 11}}});
  CHECK(aligned(chain(), "\u00A9\u200Da") == Spans{"\u00A9\u200Dxyz", {{0, 2}, {2, 5}, {5, 6}, {5, 6}, {5, 6}}});
  CHECK(aligned(chain(),
                "\u0600"
                "a") == Spans{"\u0600xyz", {{0, 2}, {2, 3}, {2, 3}, {2, 3}}});
}

TEST_CASE("Precompiled: a rule over two clusters is never found") { CHECK(plain(chain(), "cde") == "cde"); }

TEST_CASE("Precompiled: what is removed is charged to the character written last") {
  CHECK(aligned(chain(), "ab\u4E2D") == Spans{"xyz\u4E2D", {{0, 1}, {0, 1}, {1, 2}, {2, 5}}});
  CHECK(aligned(chain(), "abb\u4E2D") == Spans{"xyz\u4E2D", {{0, 1}, {0, 1}, {1, 2}, {3, 6}}});
  CHECK(aligned(chain(), "\u4E2Db\u4E2D") == Spans{"\u4E2D\u4E2D", {{0, 3}, {4, 7}}});
}

TEST_CASE("Precompiled: what is removed at the beginning of a text is charged to none, and all spans are late") {
  CHECK(aligned(chain(), "b\u4E2Da") == Spans{"\u4E2Dxyz", {{0, 1}, {1, 4}, {1, 4}, {1, 4}}});
  CHECK(aligned(chain(), "bb\u4E2D") == Spans{"\u4E2D", {{0, 1}}});
}

TEST_CASE("Precompiled: runs without a rule are skipped to the same end as character by character") {
  // A character that is followed by a line feed stands alone, but for CR LF.
  const NormalizerChain t5({PrecompiledNormalizer{normalizers::build_charsmap("nmt_nfkc")}});
  test::GeneratedText generated(17);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = generated.valid_utf8(generated.below(40));
    std::string expected;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const bool after_cr = end < text.size() && end > begin && text[end - 1] == '\r';
      expected += plain(t5, std::string_view(text).substr(begin, end - begin));
      if (end < text.size() && !after_cr) expected += ' ';
      begin = end + 1;
    }
    REQUIRE(aligned(t5, text).text == expected);
  }
}
