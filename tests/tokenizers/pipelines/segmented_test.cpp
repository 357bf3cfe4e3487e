// The shortcuts for ids alone against the general pipeline, which runs where offsets are asked for.
#include "tokenizers/pipelines/segmented.h"

#include <catch2/catch.hpp>

#include <set>

#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/pipelines/same_ids.h"
#include "tokenizers/pipelines/segment_encoder.h"

namespace quern {
namespace {

using test::first_difference;
using test::mixed_text;

std::string letter(test::GeneratedText& generated) {
  static const std::vector<std::string> kLetters = {"a", "b", "c", "磨", "粉", "▁", "▁", ",", "0", "é"};
  return kLetters[generated.below(kLetters.size())];
}

// Characters, and merges of any two tokens, in any order: what a file may hold.
BpeModel random_bpe(test::GeneratedText& generated, bool marks_inside) {
  BpeModel model;
  model.vocabulary = {"<unk>", "a", "b", "c", "磨", "粉", "▁", ",", "0"};
  model.unk_token = "<unk>";
  std::set<std::pair<TokenId, TokenId>> pairs;
  for (std::size_t n = 5 + generated.below(60); n > 0; --n) {
    const auto pick = [&] { return static_cast<TokenId>(1 + generated.below(model.vocabulary.size() - 1)); };
    const Merge merge{pick(), pick()};
    const std::string joined = model.vocabulary[merge.left] + model.vocabulary[merge.right];
    if (joined.size() > 12 || pairs.count({merge.left, merge.right}) != 0) continue;
    if (!marks_inside && joined.find("▁", 1) != std::string::npos && joined.find_first_not_of("▁") < joined.rfind("▁")) continue;
    pairs.insert({merge.left, merge.right});
    model.merges.push_back(merge);
    if (std::find(model.vocabulary.begin(), model.vocabulary.end(), joined) == model.vocabulary.end()) {
      model.vocabulary.push_back(joined);
    }
  }
  return model;
}

}  // namespace

TEST_CASE("BERT's words are found in the raw text as in the normalized one") {
  test::GeneratedText generated(5);
  const std::vector<std::string> parts = {"Grind", "ing", " ", "  ", "\t", "\n", ".", "!", "磨", "粉", "ば", "한", "é", "e\u0301",
                                          "\u0301", "\u00A0", "\u3000", "\x0B", "\x01", "\u200D", "İ", "Σ", "，", "\uF900",
                                          "\U00020000", "[SEP]", "[sep]", "##ing", "9", "_", "\u061D", "\uFFFD"};
  for (const bool lowercase : {true, false}) {
    for (const bool clean : {true, false}) {
      TokenizerDefinition definition;
      definition.normalizers = {BertNormalizer{.clean_text = clean, .strip_accents = {}, .lowercase = lowercase}};
      definition.pre_tokenizers = {BertPreTokenizer{}};
      definition.model = WordPieceModel{.vocabulary = {"[UNK]", "grind", "Grind", "##ing", "ing", ".", "磨", "粉", "e", "é", "##e", "は",
                                                       "##9", "9", "i", "σ", "豈", "[SEP]", "，", "_", "##\u0301"}};
      definition.added_tokens = {{.id = 17, .content = "[SEP]", .normalized = false, .special = true}};
      REQUIRE(make_bert_word_piece(definition));
      std::vector<std::string> texts;
      for (int i = 0; i < 3000; ++i) texts.push_back(mixed_text(generated, parts));
      CHECK(first_difference(Tokenizer(definition), texts) == std::nullopt);
    }
  }
}

TEST_CASE("a BPE with marks for spaces gives the same piece by piece as all at once") {
  test::GeneratedText generated(6);
  const std::vector<std::string> parts = {"a", "b", "ab", "cab", " ", "  ", "▁", "磨", "粉", "磨粉", ",", "00", "é", "x", "<s>", "<unk>"};
  int cut = 0;
  for (int round = 0; round < 150; ++round) {
    TokenizerDefinition definition;
    BpeModel model = random_bpe(generated, round % 5 == 0);
    model.fuse_unk = generated.below(2) == 0;
    model.ignore_merges = generated.below(3) == 0;
    if (generated.below(3) == 0) {
      model.byte_fallback = true;
      for (int byte = 0; byte < 256; ++byte) {
        char text[8];
        std::snprintf(text, sizeof text, "<0x%02X>", byte);
        model.vocabulary.emplace_back(text);
      }
    }
    const auto id = static_cast<TokenId>(model.vocabulary.size());
    definition.model = model;
    definition.added_tokens = {{.id = id, .content = "<s>", .normalized = generated.below(2) == 0, .special = true}};
    const ReplaceNormalizer replace{SplitPattern::from_literal(" "), "▁"};
    switch (round % 4) {
      case 0: definition.normalizers = {PrependNormalizer{"▁"}, replace}; break;
      case 1: definition.normalizers = {replace}; break;
      case 2: definition.pre_tokenizers = {MetaspacePreTokenizer{U'▁', PrependScheme::first, false}}; break;
      default: definition.pre_tokenizers = {MetaspacePreTokenizer{U'▁', PrependScheme::always, true}};
    }
    cut += make_metaspace_bpe(definition) != nullptr;
    std::vector<std::string> texts;
    for (int i = 0; i < 60; ++i) texts.push_back(mixed_text(generated, parts));
    CAPTURE(round, model.fuse_unk, model.ignore_merges, model.byte_fallback, definition.added_tokens[0].normalized);
    CHECK(first_difference(Tokenizer(definition), texts) == std::nullopt);
  }
  CHECK(cut > 50);
}

TEST_CASE("SentencePiece's BPE without rules gives the same piece by piece") {
  test::GeneratedText generated(7);
  const std::vector<std::string> parts = {"a", "b", "ab", " ", "  ", "▁", "磨", "粉", ",", "é", "x", "abc", "user"};
  for (int round = 0; round < 100; ++round) {
    SentencePieceModel model;
    model.algorithm = SentencePieceModel::Algorithm::bpe;
    model.byte_fallback = true;
    using Kind = SentencePiece::Kind;
    std::set<std::string> known = {"<unk>"};
    model.pieces = {{"<unk>", 0, Kind::unknown}};
    const auto add = [&](const std::string& text, float score, Kind kind) {
      if (known.insert(text).second) model.pieces.push_back({text, score, kind});
    };
    if (round % 3 == 0) add("user", 0, Kind::user_defined), add("ba", 0, Kind::user_defined);
    for (int byte = 0; byte < 256; ++byte) {
      char text[8];
      std::snprintf(text, sizeof text, "<0x%02X>", byte);
      add(text, 0, Kind::byte);
    }
    for (std::size_t n = 5 + generated.below(40); n > 0; --n) {
      std::string text = letter(generated);
      for (std::size_t more = generated.below(4); more > 0; --more) text += letter(generated);
      // Scores that are equal now and then, and unused pieces in some models.
      const auto score = static_cast<float>(-static_cast<int>(generated.below(round % 2 == 0 ? 10 : 1000)));
      add(text, score, round % 7 == 0 && generated.below(4) == 0 ? Kind::unused : Kind::normal);
    }
    TokenizerDefinition definition;
    definition.model = model;
    definition.normalizers = {SentencePieceNormalizer{.charsmap = "", .add_dummy_prefix = round % 2 == 0, .remove_extra_whitespaces = false}};
    definition.decoders = {SentencePieceDecoder{}};
    std::vector<std::string> texts;
    for (int i = 0; i < 60; ++i) texts.push_back(mixed_text(generated, parts));
    CAPTURE(round);
    CHECK(first_difference(Tokenizer(definition), texts) == std::nullopt);
  }
}

}  // namespace quern
