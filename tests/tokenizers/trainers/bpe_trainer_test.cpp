#include "tokenizers/trainers/bpe_trainer.h"

#include <catch2/catch.hpp>
#include <random>

#include "core/error.h"
#include "core/threads.h"
#include "tests/support/reference_data.h"
#include "tokenizers/byte_level.h"

using namespace quern;

namespace {

constexpr std::uint64_t kPlenty = std::uint64_t{8} << 30;

// With the settings of a test in one place.
struct Recipe {
  std::size_t vocab_size = 300;
  std::uint64_t min_frequency = 2;
  std::vector<std::string> specials = {};
  std::optional<SplitPattern> pattern = std::nullopt;
  bool add_prefix_space = false;
};

TokenizerDefinition train(const Recipe& recipe, const std::vector<std::string_view>& texts, int threads, std::uint64_t memory = kPlenty) {
  TokenizerDefinition blank = byte_level_tokenizer(recipe.pattern, recipe.add_prefix_space);
  for (const std::string& special : recipe.specials) {
    blank.added_tokens.push_back({.id = static_cast<TokenId>(blank.added_tokens.size()), .content = special, .normalized = false, .special = true});
  }
  const BpeTrainerSettings settings{.vocab_size = recipe.vocab_size, .min_frequency = recipe.min_frequency, .alphabet = {.initial = all_bytes()}};
  const auto trainer = make_bpe_trainer(blank, settings, {.threads = threads, .memory = memory});
  PieceCounts pieces({.workers = threads, .memory = memory});
  const std::size_t share = texts.size() / static_cast<std::size_t>(threads) + 1;
  parallel_for(threads, static_cast<std::size_t>(threads), [&](std::size_t worker) {
    PieceCutter::Scratch scratch;
    const std::size_t begin = std::min(worker * share, texts.size()), end = std::min(begin + share, texts.size());
    for (std::size_t i = begin; i < end; ++i) {
      trainer->cutter().cut(texts[i], scratch, [&](std::string_view piece, std::size_t readable) { pieces.add(static_cast<int>(worker), piece, readable); });
    }
  });
  return trainer->learn(pieces, {});
}

const BpeModel& model_of(const TokenizerDefinition& definition) { return std::get<BpeModel>(definition.model); }

}  // namespace

TEST_CASE("the result does not depend on threads, order or grouping of the texts") {
  std::string text;
  for (int i = 0; i < 4000; ++i) {
    text += "grain " + std::to_string(i * i % 977) + " 麦子磨成面粉 ひきうすで粉をひく mühle" + std::string(i % 7, 'x') + "\n";
  }
  std::vector<std::string_view> lines = reference_data::lines(text);
  const Recipe settings{.vocab_size = 700, .specials = {"<s>", "</s>"}, .pattern = SplitPattern::named("cl100k")};
  const TokenizerDefinition one = train(settings, lines, 1);
  CHECK(model_of(one).vocabulary.size() == 700);
  for (const int threads : {2, 7}) CHECK(train(settings, lines, threads) == one);
  std::reverse(lines.begin(), lines.end());
  CHECK(train(settings, lines, 3) == one);
}

TEST_CASE("specials come first, a special that spells a byte is that byte") {
  const Recipe settings{.vocab_size = 300, .specials = {"<pad>", "a"}, .pattern = SplitPattern::named("gpt2")};
  const TokenizerDefinition definition = train(settings, {"banana banana ab ab"}, 1);
  const BpeModel& model = model_of(definition);
  CHECK(model.vocabulary[0] == "<pad>");
  CHECK(model.vocabulary[1] == "a");
  CHECK(std::count(model.vocabulary.begin(), model.vocabulary.end(), "a") == 1);
  CHECK(model.vocabulary.size() == 2 + 255 + model.merges.size());
  REQUIRE(definition.added_tokens.size() == 2);
  CHECK(definition.added_tokens[1].special);
}

TEST_CASE("ill-formed bytes end the splitting: from the piece before them on, the text is one piece") {
  const Recipe settings{.vocab_size = 258, .min_frequency = 1, .pattern = SplitPattern::named("gpt2")};
  const TokenizerDefinition definition = train(settings, {"ab\xFF\xFF c", "x\xFF c", "y\xFF c"}, 1);
  const BpeModel& model = model_of(definition);
  // Split after the bad byte, " c" would be a piece of its own and (0xFF, space) no pair.
  CHECK(model.vocabulary[model.merges.at(0).left] == byte_level::spell("\xFF"));
  CHECK(model.vocabulary[model.merges.at(0).right] == byte_level::spell(" "));
}

TEST_CASE("a prefix space is put where the written tokenizer will put it") {
  const auto first_merge = [](const char* pattern) {
    const TokenizerDefinition definition = train({.vocab_size = 257,
                                                  .min_frequency = 1,
                                                  .pattern = SplitPattern::named(pattern),
                                                  .add_prefix_space = true},
                                                 {"ab1 1", "cd1"}, 1);
    const BpeModel& model = model_of(definition);
    return model.vocabulary.at(model.merges.at(0).left) + model.vocabulary.at(model.merges.at(0).right);
  };
  CHECK(first_merge("cl100k") == "Ġ1");  // three: before each piece, as Hugging Face does behind a Split
  CHECK(first_merge("gpt2") == "ab");    // before the text alone: no pair is there twice, the smallest ids go first
}

TEST_CASE("a vocabulary too small for its alphabet is an error that says how large it must be") {
  const Recipe settings{.vocab_size = 200, .specials = {"<s>"}, .pattern = SplitPattern::named("gpt2")};
  try {
    train(settings, {"text"}, 1);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(error.remedy() == "ask for --vocab-size 257 or more");
  }
}

TEST_CASE("pieces that outgrow the budget are learned from all the same") {
  std::string text;
  std::mt19937 random(8);
  for (int i = 0; i < 60000; ++i) {
    text += "w" + std::to_string(random() % (random() % 3 == 0 ? 1000000 : 500)) + "麦子磨"[random() % 3] + (i % 7 == 0 ? '\n' : ' ');
  }
  text += "\n";
  const std::vector<std::string_view> lines = reference_data::lines(text);
  for (const auto& pattern : {std::optional(SplitPattern::named("gpt2")), std::optional<SplitPattern>()}) {
    const Recipe settings{.vocab_size = 1500, .pattern = pattern};
    const TokenizerDefinition expected = train(settings, lines, 2);
    for (const int threads : {1, 2}) CHECK(train(settings, lines, threads, std::uint64_t{2} << 20) == expected);
  }
}

TEST_CASE("no text gives the bare alphabet") {
  const Recipe settings{.vocab_size = 300, .pattern = SplitPattern::named("gpt2")};
  CHECK(model_of(train(settings, {""}, 2)).vocabulary.size() == 256);
}
