#include "tokenizers/trainers/hugging_face_unigram_trainer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "core/error.h"
#include "core/json.h"
#include "tests/support/reference_data.h"
#include "tokenizers/tokenizer.h"

namespace quern {
namespace {

// As the fixtures were made: NFKC, runs of spaces to one, Metaspace.
HuggingFaceUnigramSettings settings() {
  return {.vocab_size = 8000,
          .specials = {"<unk>", "<s>", "</s>"},
          .unk_token = "<unk>",
          .normalizers = {UnicodeNormalizer{UnicodeNormalizer::Form::nfkc},
                          ReplaceNormalizer{SplitPattern::from_regex(" {2,}"), " "}},
          .pre_tokenizers = {MetaspacePreTokenizer{}},
          .decoders = {MetaspaceDecoder{}}};
}

TokenizerDefinition train(const HuggingFaceUnigramSettings& settings, std::string_view corpus, int threads) {
  const auto trainer = make_hugging_face_unigram_trainer(settings, threads);
  PieceCounts pieces({.workers = 1, .memory = std::uint64_t{1} << 30, .tmpdir = {}});
  PieceCutter::Scratch scratch;
  for (const std::string_view line : reference_data::lines(corpus)) {
    trainer->cutter().cut(line, scratch, [&](std::string_view piece, std::size_t readable) { pieces.add(0, piece, readable); });
  }
  return trainer->learn(pieces, {});
}

std::map<std::string, double> scores(const UnigramModel& model) {
  std::map<std::string, double> scores;
  for (std::size_t id = 0; id < model.vocabulary.size(); ++id) scores[model.vocabulary[id]] = model.scores[id];
  return scores;
}

}  // namespace

// Hugging Face's own runs differ in the scores by so much.
TEST_CASE("Hugging Face's Unigram training: the same pieces, scores as near as between two of its runs") {
  if (!reference_data::available()) return;
  struct Recipe {
    const char *name, *corpus;
    std::size_t mebibytes;
    double distance;
  };
  for (const Recipe& recipe : {Recipe{"unigram_mix", "multi", 1, 5e-4}, {"unigram_ja", "ja", 1, 0.05}, {"unigram_zh", "zh", 1, 0.06},
                               {"unigram_en", "en", 8, 3e-4}}) {
    INFO(recipe.name);
    const Json file = parse_json(
        reference_data::read_fixture(std::string("tokenizers/train_hf/") + recipe.name + ".tokenizer.json.xz"), recipe.name);
    const auto definition = train(settings(), reference_data::corpus(recipe.corpus, recipe.mebibytes << 20), 2);
    const auto learned = scores(std::get<UnigramModel>(definition.model));
    std::size_t common = 0;
    double farthest = 0;
    for (const auto& piece : file["model"]["vocab"]) {
      const auto found = learned.find(piece[0].get<std::string>());
      if (found == learned.end()) continue;
      ++common;
      farthest = std::max(farthest, std::abs(found->second - piece[1].get<double>()));
    }
    INFO(common << " of " << learned.size() << ", farthest " << farthest);
    CHECK(learned.size() == file["model"]["vocab"].size());
    CHECK(common == learned.size());
    CHECK(farthest <= recipe.distance);
  }
}

// What Hugging Face 0.23.3 gives.
TEST_CASE("without pruning, the scores are Hugging Face's") {
  HuggingFaceUnigramSettings plain{.vocab_size = 100, .specials = {"<unk>"}, .unk_token = "<unk>", .pre_tokenizers = {MetaspacePreTokenizer{}}};
  plain.sub_iterations = 0;
  const auto learned = scores(std::get<UnigramModel>(train(plain, "abab abab ab\nabc abc bc bc ab\nabcd cd cd\n", 1).model));
  REQUIRE(learned.size() == 11);
  REQUIRE(learned.at("ab") == Approx(-2.1162555148025524).epsilon(1e-14));
  REQUIRE(learned.at("\u2581abc") == Approx(-2.3393990661167625).epsilon(1e-14));
  REQUIRE(learned.at("d") == Approx(-3.3202283191284883).epsilon(1e-14));
}

TEST_CASE("Hugging Face's Unigram training does not depend on threads, and its vocabulary is whole") {
  const std::string corpus = "the miller grinds the grain\nthe grinder mills the grains\nmill the grain grind the mill\nx\n";
  HuggingFaceUnigramSettings small = settings();
  small.vocab_size = 40;
  small.specials = {"<s>"};
  small.initial_alphabet = U"z";
  const TokenizerDefinition definition = train(small, corpus, 1);
  REQUIRE(train(small, corpus, 3) == definition);
  const auto& model = std::get<UnigramModel>(definition.model);
  REQUIRE(model.vocabulary[0] == "<unk>");  // before the specials, since it is none of them
  REQUIRE(model.vocabulary[1] == "<s>");
  REQUIRE(model.unk_id == 0u);
  REQUIRE(scores(model).count("z") == 1);
  REQUIRE(scores(model).count("x") == 1);
  for (std::size_t id = 3; id < model.scores.size(); ++id) REQUIRE(model.scores[id - 1] >= model.scores[id]);
  REQUIRE(model.vocabulary.size() <= 40);

  const Tokenizer tokenizer(definition);
  Encoder encoder(tokenizer);
  std::vector<TokenId> ids;
  encoder.encode("grind the mill", ids);
  REQUIRE(tokenizer.decode(ids) == "grind the mill");
  small.vocab_size = 5;
  REQUIRE_THROWS_AS(train(small, corpus, 1), Error);
}

}  // namespace quern
