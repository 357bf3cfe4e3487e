#include <catch2/catch.hpp>

#include "tests/tokenizers/naive_tokenizer.h"
#include "tokenizers/tokenizer.h"

using namespace quern;
using Ids = std::vector<TokenId>;

namespace {

TokenizerDefinition definition_of(const BpeModel& model, const SplitPattern& pattern) {
  TokenizerDefinition definition;
  definition.model = model;
  definition.pre_tokenizers = {SplitPreTokenizer{.pattern = pattern},
                               ByteLevelPreTokenizer{.add_prefix_space = false, .use_regex = false}};
  definition.decoders = {ByteLevelDecoder{}};
  auto id = static_cast<TokenId>(model.vocabulary.size());
  for (const char* content : {"<s>", "<s><s>", "</s>", "中文!", "the"}) {
    const auto known = std::find(model.vocabulary.begin(), model.vocabulary.end(), content);
    const auto own = static_cast<TokenId>(known - model.vocabulary.begin());
    definition.added_tokens.push_back(
        {.id = known != model.vocabulary.end() ? own : id++, .content = content, .normalized = false, .special = true});
  }
  return definition;
}

// Text with added tokens in it, and where asked for with bytes that are no UTF-8.
std::string mixed_text(test::GeneratedText& generated, bool ill_formed) {
  static constexpr std::string_view kInserts[] = {"<s>", "<s><s><s>", "</s>", "<s", "中文!", "the"};
  std::string text;
  for (std::size_t parts = generated.below(5); parts > 0; --parts) {
    text += generated.valid_utf8(generated.below(12));
    if (generated.below(3) == 0) text += kInserts[generated.below(std::size(kInserts))];
    if (ill_formed && generated.below(2) == 0) text += generated.bytes(generated.below(8));
  }
  return text;
}

}  // namespace

TEST_CASE("ids are those of the naive tokenizer, for every pattern and order, on text and on any bytes") {
  test::GeneratedText generated(11);
  for (const std::string& pattern_name : SplitPattern::names()) {
    const SplitPattern pattern = SplitPattern::named(pattern_name);
    for (const BpeOrder order : {BpeOrder::merges, BpeOrder::ranks}) {
      const TokenizerDefinition definition = definition_of(test::trained_model(generated, order, 200), pattern);
      const Tokenizer tokenizer(definition);
      const test::NaiveTokenizer naive(definition, pattern.source);
      Encoder encoder(tokenizer);
      for (int i = 0; i < 150; ++i) {
        const std::string text = mixed_text(generated, i % 2 == 1);
        CAPTURE(pattern_name, text);
        Ids ids;
        encoder.encode(text, ids);
        REQUIRE(ids == naive.encode(text));
        REQUIRE(tokenizer.decode(ids) == text);
        Encoding encoding;
        encoder.encode(text, encoding);
        REQUIRE(encoding.ids == ids);
        REQUIRE(encoding.offsets.size() == ids.size());
      }
    }
  }
}

TEST_CASE("offsets cover the text in order, a character's tokens all of it") {
  test::GeneratedText generated(12);
  const TokenizerDefinition definition =
      definition_of(test::trained_model(generated, BpeOrder::merges, 100), SplitPattern::named("gpt2"));
  const Tokenizer tokenizer(definition);
  Encoder encoder(tokenizer);
  for (int i = 0; i < 300; ++i) {
    const std::string text = mixed_text(generated, false);
    CAPTURE(text);
    Encoding encoding;
    encoder.encode(text, encoding);
    std::size_t covered = 0;
    for (const auto& [begin, end] : encoding.offsets) {
      REQUIRE(begin <= covered);
      REQUIRE(begin < end);
      REQUIRE(end >= covered);
      REQUIRE(utf8::is_valid(std::string_view(text).substr(begin, end - begin)));
      covered = end;
    }
    REQUIRE(covered == text.size());
  }
}
