#include "tokenizers/trainers/unigram_trainer.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tests/tokenizers/generated_text.h"
#include "tokenizers/tokenizer.h"

namespace quern {
namespace {

using Kind = SentencePiece::Kind;

std::vector<std::string> texts() {
  test::GeneratedText random(3);
  std::vector<std::string> texts;
  static constexpr std::string_view kSyllables[] = {"grin", "der", "mill", "stone", "flour", "\u78e8", "\u574a", "\u3044\u3057", "ing", "s"};
  for (int i = 0; i < 400; ++i) {
    std::string text;
    for (std::size_t words = 1 + random.below(8); words > 0; --words) {
      for (std::size_t j = 1 + random.below(3); j > 0; --j) text += kSyllables[random.below(std::size(kSyllables))];
      text += ' ';
    }
    texts.push_back(text);
  }
  return texts;
}

SentencePieceTrainingSettings settings(std::size_t vocab_size) {
  SentencePieceTrainingSettings settings;
  settings.vocab_size = vocab_size;
  settings.character_coverage = 1;
  return settings;
}

TokenizerDefinition train(const SentencePieceTrainingSettings& settings, int threads) {
  const auto trainer = make_unigram_trainer(settings, threads, std::uint64_t{1} << 30);
  PieceCounts counts({.workers = 1, .memory = std::size_t{1} << 26, .tmpdir = {}});
  for (const std::string& text : texts()) counts.add(0, text, 0);
  return trainer->learn(counts, {});
}

}  // namespace

TEST_CASE("a trained model encodes what it was trained on, and threads change no bit of it") {
  const TokenizerDefinition definition = train(settings(60), 1);
  const auto& model = std::get<SentencePieceModel>(definition.model);
  REQUIRE(model.pieces.size() == 60);
  REQUIRE(model.pieces[0] == SentencePiece{"<unk>", 0, Kind::unknown});
  REQUIRE(model.pieces[2] == SentencePiece{"</s>", 0, Kind::control});
  for (std::size_t id = 4; id < model.pieces.size(); ++id) REQUIRE(model.pieces[id - 1].score >= model.pieces[id].score);
  REQUIRE(train(settings(60), 2) == definition);
  REQUIRE(train(settings(60), 7) == definition);

  const Tokenizer tokenizer(definition);
  Encoder encoder(tokenizer);
  std::vector<TokenId> ids;
  encoder.encode("grinder \u78e8\u574a millstones", ids);
  REQUIRE(ids.size() <= 9);
  REQUIRE(tokenizer.decode(ids) == "grinder \u78e8\u574a millstones");
}

TEST_CASE("reserved pieces stand at their ids, others at the lowest free ones") {
  SentencePieceTrainingSettings with = settings(330);
  with.hard_vocab_limit = false;
  with.reserved.unk_id = 1;
  with.reserved.bos_id.reset();
  with.reserved.eos_id = 5;
  with.reserved.control_symbols = {"<cls>"};
  with.reserved.user_defined_symbols = {"mill", "</s>"};
  with.reserved.byte_fallback = true;
  const TokenizerDefinition definition = train(with, 2);
  const auto& pieces = std::get<SentencePieceModel>(definition.model).pieces;
  REQUIRE(pieces[0] == SentencePiece{"<cls>", 0, Kind::control});
  REQUIRE(pieces[1] == SentencePiece{"<unk>", 0, Kind::unknown});
  REQUIRE(pieces[2] == SentencePiece{"mill", 0, Kind::user_defined});
  REQUIRE(pieces[3] == SentencePiece{"<0x00>", 0, Kind::byte});
  REQUIRE(pieces[5] == SentencePiece{"</s>", 0, Kind::user_defined});
  REQUIRE(pieces[259] == SentencePiece{"<0xFF>", 0, Kind::byte});
  for (std::size_t id = 260; id < pieces.size(); ++id) REQUIRE(pieces[id].text.find("mill") == std::string::npos);
}

TEST_CASE("settings that cannot be met are errors that say what can") {
  REQUIRE_THROWS_AS(train(settings(10), 1), Error);         // fewer than there are characters
  REQUIRE_THROWS_AS(train(settings(1000000), 1), Error);    // more than the text gives
  SentencePieceTrainingSettings twice = settings(60);
  twice.reserved.user_defined_symbols = {"a", "a"};
  REQUIRE_THROWS_AS(make_unigram_trainer(twice, 1, 1 << 30), Error);
  SentencePieceTrainingSettings taken = settings(60);
  taken.reserved.eos_id = 0;
  REQUIRE_THROWS_AS(make_unigram_trainer(taken, 1, 1 << 30), Error);
}

}  // namespace quern
