#include "tokenizers/bpe/seams.h"

#include <catch2/catch.hpp>

#include "tests/tokenizers/bpe/naive_bpe.h"

namespace quern::bpe {
namespace {

std::vector<std::string> parts_of(const Seams& seams, const std::string& text) {
  std::vector<std::string> parts;
  for (const char *p = text.data(), *end = p + text.size(); p < end;) {
    const char* const next = seams.part_end(p, end);
    parts.emplace_back(p, next);
    p = next;
  }
  return parts;
}

Seams seams_of(const std::vector<std::string>& tokens) {
  std::vector<std::string> spelled;
  for (const std::string& token : tokens) spelled.push_back(byte_level::spell(token));
  return Seams(TokenTable(spelled));
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("characters that stand side by side in a token stay together") {
  const Seams seams = seams_of({"中文", "文字", "ab"});
  CHECK(parts_of(seams, "中文字磨粉ab磨") == Strings{"中文字", "磨", "粉", "ab", "磨"});
}

TEST_CASE("a part of a character in a token holds the whole character") {
  const std::string mill = "磨", powder = "粉";
  CHECK(parts_of(seams_of({mill + powder.substr(0, 2)}), mill + powder + mill) == Strings{mill + powder, mill});
  CHECK(parts_of(seams_of({mill.substr(1) + powder}), mill + powder + mill) == Strings{mill + powder, mill});
  CHECK(parts_of(seams_of({mill.substr(2) + powder.substr(0, 1)}), mill + powder) == Strings{mill + powder});
  CHECK(parts_of(seams_of({mill.substr(1)}), mill + mill) == Strings{mill, mill});
}

TEST_CASE("parts merged one by one are what merging all at once gives") {
  test::GeneratedText generated(77);
  std::size_t several = 0;
  for (int round = 0; round < 40; ++round) {
    const BpeModel model =
        test::trained_model(generated, round % 2 == 0 ? BpeOrder::merges : BpeOrder::ranks, 10 + generated.below(120));
    const Seams seams{TokenTable(model.vocabulary)};
    const test::NaiveBpe naive(model);
    for (int i = 0; i < 100; ++i) {
      const std::string text = generated.valid_utf8(1 + generated.below(20));
      const auto parts = parts_of(seams, text);
      several += parts.size() > 1;
      std::vector<TokenId> ids;
      for (const std::string& part : parts) {
        const auto own = naive.encode(part);
        ids.insert(ids.end(), own.begin(), own.end());
      }
      CAPTURE(round, text, parts);
      REQUIRE(ids == naive.encode(text));
    }
  }
  CHECK(several > 1000);
}

}  // namespace quern::bpe
