#include "tokenizers/trainers/extender.h"

#include <catch2/catch.hpp>
#include <random>

#include "core/error.h"
#include "tokenizers/tokenizer.h"
#include "tokenizers/trainers/bpe_trainer.h"

using namespace quern;

namespace {

constexpr bpe::LearnResources kResources{.threads = 2, .memory = std::uint64_t{1} << 30};
using Texts = std::vector<std::string>;

Texts mill(unsigned seed, int lines) {
  const char* const words[] = {"mill", "miller", "grinding", "grain", "ground", "石磨把麦子", "磨成面粉", "ひきうす", "café", "1949"};
  std::mt19937 random(seed);
  Texts texts;
  for (int i = 0; i < lines; ++i) {
    std::string text;
    for (unsigned n = 1 + random() % 9; n > 0; --n) text += std::string(words[random() % 10]) + (random() % 5 == 0 ? "s " : " ");
    texts.push_back(text);
  }
  return texts;
}

TokenizerDefinition run(Trainer& trainer, const Texts& texts) {
  PieceCounts pieces({.workers = 1, .memory = kResources.memory});
  PieceCutter::Scratch scratch;
  for (const std::string& text : texts) {
    trainer.cutter().cut(text, scratch, [&](std::string_view piece, std::size_t readable) { pieces.add(0, piece, readable); });
  }
  return trainer.learn(pieces, {});
}

TokenizerDefinition train(const TokenizerDefinition& blank, std::size_t vocab_size, const Texts& texts) {
  BpeTrainerSettings settings{.vocab_size = vocab_size};
  if (!blank.decoders.empty()) settings.alphabet.initial = all_bytes();
  return run(*make_bpe_trainer(blank, settings, kResources), texts);
}

TokenizerDefinition extend(const TokenizerDefinition& from, std::size_t add, const Texts& texts) {
  return run(*make_extender(from, {.add = add}, kResources), texts);
}

TokenizerDefinition character_blank(const char* suffix) {
  TokenizerDefinition blank;
  BpeModel model;
  model.unk_token = "[UNK]";
  model.end_of_word_suffix = suffix;
  blank.model = model;
  blank.pre_tokenizers = {WhitespacePreTokenizer()};
  blank.added_tokens = {{.id = 0, .content = "[UNK]", .special = true}};
  return blank;
}

std::vector<TokenId> encode(const TokenizerDefinition& definition, const std::string& text) {
  std::vector<TokenId> ids;
  Encoder(Tokenizer(definition)).encode(text, ids);
  return ids;
}

}  // namespace

TEST_CASE("extended on the text it was trained on, a BPE tokenizer is the one trained to that size at once") {
  const Texts texts = mill(1, 400);
  for (const TokenizerDefinition& blank : {byte_level_tokenizer(SplitPattern::named("gpt2")), character_blank(""), character_blank("</w>")}) {
    const std::size_t first = blank.decoders.empty() ? 60 : 270;
    const TokenizerDefinition whole = train(blank, first + 25, texts);
    CHECK(extend(train(blank, first, texts), 25, texts) == whole);
  }
}

TEST_CASE("old tokens keep their ids, new ones come behind the added tokens, and text without new pairs is encoded as before") {
  TokenizerDefinition from = train(byte_level_tokenizer(SplitPattern::named("gpt2")), 280, mill(2, 200));
  from.added_tokens = {{.id = 300, .content = "<|end|>", .normalized = false, .special = true}};
  const TokenizerDefinition larger = extend(from, 30, Texts(50, "völlig neue Wörter, völlig neu"));
  const auto& vocabulary = std::get<BpeModel>(larger.model).vocabulary;
  const auto& before = std::get<BpeModel>(from.model).vocabulary;
  REQUIRE(vocabulary.size() > 301);
  CHECK(std::equal(before.begin(), before.end(), vocabulary.begin()));
  CHECK(std::all_of(vocabulary.begin() + 280, vocabulary.begin() + 301, [](const std::string& token) { return token.empty(); }));
  CHECK(larger.added_tokens == from.added_tokens);
  CHECK(encode(larger, "grinding 石磨") == encode(from, "grinding 石磨"));
  CHECK(encode(larger, "völlig neu").size() < encode(from, "völlig neu").size());
}

TEST_CASE("characters that are lacking come first, and must fit") {
  const TokenizerDefinition from = train(character_blank(""), 60, mill(3, 200));
  const Texts greek(20, "αβγ αβ");
  const TokenizerDefinition larger = extend(from, 4, greek);
  const auto& vocabulary = std::get<BpeModel>(larger.model).vocabulary;
  CHECK(std::vector<std::string>(vocabulary.begin() + 60, vocabulary.end()) == std::vector<std::string>{"α", "β", "γ", "αβ"});
  CHECK_THROWS_AS(extend(from, 2, greek), Error);
}

TEST_CASE("WordPiece is extended from its greedy tokens, words it does not know left out") {
  TokenizerDefinition blank;
  blank.model = WordPieceModel();
  blank.pre_tokenizers = {BertPreTokenizer()};
  blank.added_tokens = {{.id = 0, .content = "[UNK]", .special = true}};
  const TokenizerDefinition from = train(blank, 70, mill(4, 300));
  const TokenizerDefinition larger = extend(from, 3, Texts(9, "grindmill grindmill mills"));
  const auto& vocabulary = std::get<WordPieceModel>(larger.model).vocabulary;
  CHECK(vocabulary.size() == 73);
  CHECK(std::equal(vocabulary.begin(), vocabulary.begin() + 70, std::get<WordPieceModel>(from.model).vocabulary.begin()));
  const std::vector<TokenId> ids = encode(larger, "grindmill");
  CHECK(*std::max_element(ids.begin(), ids.end()) >= 70);
}

TEST_CASE("a SentencePiece BPE model learns within words, scripts and digits, with scores below all others") {
  using Kind = SentencePiece::Kind;
  SentencePieceModel model;
  model.algorithm = SentencePieceModel::Algorithm::bpe;
  model.pieces = {{"<unk>", 0, Kind::unknown}, {"ab", -1, Kind::normal}};
  for (const char* c : {"\u2581", "a", "b", "1", "2", "麦"}) model.pieces.push_back({c, -2 - static_cast<float>(model.pieces.size()), Kind::normal});
  TokenizerDefinition from;
  from.normalizers = {SentencePieceNormalizer()};
  from.model = model;
  from.decoders = {SentencePieceDecoder()};
  const TokenizerDefinition larger = extend(from, 9, Texts(5, "ab ab12 abab麦麦"));
  const auto& pieces = std::get<SentencePieceModel>(larger.model).pieces;
  REQUIRE(pieces.size() == 11);  // digits stand alone: no piece had two
  CHECK(pieces[8].text == "\u2581ab");
  CHECK(pieces[8].score == -10);
  CHECK(pieces[9].text == "麦麦");
  CHECK(pieces[10].text == "\u2581abab");
}

TEST_CASE("what cannot be extended is refused with the reason") {
  TokenizerDefinition unigram;
  unigram.model = UnigramModel{.vocabulary = {"a"}, .scores = {-1}, .unk_id = std::nullopt};
  CHECK_THROWS_AS(make_extender(unigram, {.add = 1}, kResources), Error);
  TokenizerDefinition words;
  words.model = WordLevelModel();
  CHECK_THROWS_AS(make_extender(words, {.add = 1}, kResources), Error);
}
