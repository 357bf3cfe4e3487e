#include "tokenizers/evaluation/difference.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/reference_tokenizers.h"
#include "tokenizers/formats/registry.h"

using namespace quern;

namespace {

Tokenizer bpe(const std::string& vocabulary, const std::string& merges) {
  return Tokenizer(formats::read_tokenizer_json(
      R"({"added_tokens":[],"decoder":{"type":"Fuse"},"model":{"type":"BPE","vocab":{)" + vocabulary + R"(},"merges":[)" + merges + "]}}",
      "test"));
}

Tokenizer plain() { return bpe(R"("a":0,"b":1,"c":2,"ab":3)", R"("a b")"); }
Tokenizer renumbered() { return bpe(R"("b":0,"a":1,"c":2,"ab":3)", R"("a b")"); }
Tokenizer merging_later() { return bpe(R"("a":0,"b":1,"c":2,"bc":3)", R"("b c")"); }

Differences compare(const Tokenizer& first, const Tokenizer& second, const std::string& lines, CompareOptions options = {}) {
  RawBlock raw;
  raw.bytes = lines;
  raw.path = "text";
  BlockComparer comparer(first, second, {}, options);
  return comparer.compare(extract(std::move(raw), {}), OnBadRecord::error);
}

}  // namespace

TEST_CASE("a tokenizer does not differ from itself") {
  const Differences found = compare(plain(), plain(), "abc\ncab\n\n");
  CHECK(found.records == 3);
  CHECK(found.differing == 0);
  CHECK(found.shown.empty());
  CHECK(compare_vocabularies(plain(), plain()).none());
}

TEST_CASE("the first differing record is shown from where they part to where they go on alike") {
  const Differences found = compare(plain(), merging_later(), "aa\ncacabcac\nabc\n");
  CHECK(found.records == 3);
  CHECK(found.differing == 2);
  REQUIRE(found.shown.size() == 1);
  const Difference& difference = found.shown[0];
  CHECK(difference.path == "text");
  CHECK(difference.line == 2);
  CHECK(difference.token == 3);  // c a c
  CHECK(difference.byte == 3);
  REQUIRE(difference.before.size() == 2);
  CHECK(difference.before[1].text == "c");
  REQUIRE(difference.tokens[0].size() == 2);  // ab c
  CHECK(difference.tokens[0][0].text == "ab");
  CHECK(difference.tokens[0][0].end == 5);
  REQUIRE(difference.tokens[1].size() == 2);  // a bc
  CHECK(difference.tokens[1][1].text == "bc");
  CHECK(difference.counts == std::array<std::size_t, 2>{2, 2});
}

TEST_CASE("what must be the same is asked for") {
  CHECK(compare(plain(), renumbered(), "ba\n").differing == 1);
  CHECK(compare(plain(), renumbered(), "ba\n", {.by = CompareBy::tokens}).differing == 0);
  CHECK(compare(plain(), renumbered(), "ba\n", {.by = CompareBy::offsets}).differing == 0);
  CHECK(compare(plain(), merging_later(), "abc\n", {.by = CompareBy::tokens}).differing == 1);
  CHECK(compare(plain(), merging_later(), "abc\n", {.by = CompareBy::offsets}).differing == 1);
}

TEST_CASE("one text that goes on behind the other's end differs there") {
  const Tokenizer without_c = bpe(R"("a":0,"b":1,"ab":3)", R"("a b")");
  const Differences found = compare(plain(), without_c, "abc\n");
  REQUIRE(found.shown.size() == 1);
  CHECK(found.shown[0].token == 1);
  CHECK(found.shown[0].counts == std::array<std::size_t, 2>{1, 0});
}

TEST_CASE("blocks add up, and only so many differences are kept") {
  const CompareOptions two{.by = CompareBy::ids, .most_shown = 2};
  Differences total = compare(plain(), merging_later(), "abc\nbc\n", two);
  total.add(compare(plain(), merging_later(), "bc\na\n", two), 3);
  CHECK(total.records == 4);
  CHECK(total.differing == 3);
  CHECK(total.shown.size() == 3);
  total.add(compare(plain(), merging_later(), "bc\n", two), 3);
  CHECK(total.shown.size() == 3);
}

TEST_CASE("vocabularies are compared by their texts") {
  const VocabularyDifference difference = compare_vocabularies(plain(), merging_later());
  CHECK(difference.sizes == std::array<std::size_t, 2>{4, 4});
  CHECK(difference.only[0] == std::vector<TokenId>{3});
  CHECK(difference.only[1] == std::vector<TokenId>{3});
  CHECK(difference.renumbered.empty());
  CHECK(compare_vocabularies(plain(), renumbered()).renumbered.size() == 2);
}

TEST_CASE("any two readings meet again where the same tokens follow the same byte, or end") {
  const Tokenizer first = plain(), second = merging_later();
  test::GeneratedText generated(11);
  Encoder encoders[] = {Encoder(first), Encoder(second)};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (std::size_t n = 1 + generated.below(12); n > 0; --n) text += "abc"[generated.below(3)];
    std::vector<TokenId> ids[2];
    for (int t = 0; t < 2; ++t) encoders[t].encode(text, ids[t]);
    const Differences found = compare(first, second, text + "\n", {.by = CompareBy::tokens});
    const auto texts = [&](int t) {
      std::vector<std::string> list;
      for (const TokenId id : ids[t]) list.emplace_back((t == 0 ? first : second).token(id));
      return list;
    };
    const auto a = texts(0), b = texts(1);
    REQUIRE((found.differing == 1) == (a != b));
    if (found.differing == 0) continue;
    const Difference& shown = found.shown[0];
    for (std::size_t i = 0; i < shown.token; ++i) CHECK(a[i] == b[i]);
    // Both differing runs spell the same bytes, and the very next tokens are the same.
    std::string spelled[2];
    for (int t = 0; t < 2; ++t) {
      for (const ComparedToken& token : shown.tokens[static_cast<std::size_t>(t)]) spelled[t] += token.text;
    }
    CHECK(spelled[0] == spelled[1]);
    const std::size_t next_a = shown.token + shown.counts[0], next_b = shown.token + shown.counts[1];
    REQUIRE((next_a < a.size()) == (next_b < b.size()));
    if (next_a < a.size()) CHECK(a[next_a] == b[next_b]);
  }
}

TEST_CASE("a tokenizer and its converted form make the same of real text") {
  if (!reference_data::available()) return;
  const std::string text = reference_data::corpus("multi", std::size_t{1} << 20);
  const Tokenizer json = reference_data::load_tokenizer("hf_gpt2"), ranks = reference_data::load_tokenizer("tiktoken_gpt2");
  CHECK(compare(json, ranks, text).differing == 0);
  CHECK(compare(json, reference_data::load_tokenizer("tiktoken_cl100k"), text).differing > 0);
}
