#include "tokenizers/normalizers/normalizer_chain.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/normalizers/spans.h"

using namespace quern;
using Catch::Matchers::Contains;
using test::aligned;
using test::plain;
using test::Spans;

TEST_CASE("no normalizers leave a text as it is") {
  const NormalizerChain chain({});
  CHECK(chain.is_identity());
  CHECK(plain(chain, "A b") == "A b");
  CHECK(aligned(chain, "A\u00E9") == Spans{"A\u00E9", {{0, 1}, {1, 3}}});
}

TEST_CASE("the result is the same however many steps wrote it") {
  const PrependNormalizer x{"x"};
  std::vector<Normalizer> parts;
  std::string expected = "abc";
  for (int steps = 0; steps < 6; ++steps) {
    CHECK(plain(parts, "abc") == expected);
    parts.push_back(x);
    parts.push_back(LowercaseNormalizer{});  // changes nothing
    expected = "x" + expected;
  }
}

TEST_CASE("one string serves text after text") {
  const NormalizerChain chain({UnicodeNormalizer{}, LowercaseNormalizer{}, StripNormalizer{}});
  std::string out;
  test::GeneratedText generated(1);
  for (int round = 0; round < 500; ++round) {
    const std::string text = generated.valid_utf8(generated.below(50));
    chain.normalize(text, out);
    REQUIRE(out == plain(chain, text));
  }
}

TEST_CASE("SentencePiece's normalizer stands alone") {
  CHECK_THROWS_WITH(NormalizerChain({LowercaseNormalizer{}, SentencePieceNormalizer{}}), Contains("stands alone"));
}

TEST_CASE("bytes that are no characters stand for themselves in a text that was not normalized") {
  NormalizedText text;
  text.assign("a\xE4\xB8\u4E2D");
  CHECK(text.begins == std::vector<std::uint32_t>{0, 1, 2, 3, 3, 3});
  CHECK(text.ends == std::vector<std::uint32_t>{1, 2, 3, 6, 6, 6});
  CHECK(text.original(0, 6) == std::pair<std::uint32_t, std::uint32_t>(0, 6));
}
