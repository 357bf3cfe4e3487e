#include "tokenizers/unigram/encoder.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "core/error.h"
#include "tests/tokenizers/unigram/naive_unigram.h"

namespace quern::unigram {
namespace {

using Kind = SentencePiece::Kind;
using test::GeneratedPieces;
using test::NaiveUnigram;

SentencePieceModel sentence_piece_model(const std::map<std::string, float>& pieces) {
  SentencePieceModel model;
  model.pieces.push_back({"<unk>", 0, Kind::unknown});
  for (const auto& [text, score] : pieces) model.pieces.push_back({text, score, Kind::normal});
  return model;
}

NaiveUnigram<float> naive(const SentencePieceModel& model) {
  NaiveUnigram<float> naive;
  naive.restarts = true;
  for (TokenId id = 0; id < model.pieces.size(); ++id) {
    const SentencePiece& piece = model.pieces[id];
    if (piece.kind != Kind::normal) continue;
    naive.pieces[piece.text] = {id, piece.score};
    naive.unknown_score = std::min(naive.unknown_score, piece.score - 10);
  }
  return naive;
}

UnigramModel hugging_face_model(const std::map<std::string, double>& pieces) {
  UnigramModel model{.vocabulary = {"<unk>"}, .scores = {0}, .unk_id = 0};
  for (const auto& [text, score] : pieces) {
    model.vocabulary.push_back(text);
    model.scores.push_back(score);
  }
  return model;
}

NaiveUnigram<double> naive(const UnigramModel& model) {
  NaiveUnigram<double> naive;
  for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
    naive.pieces[model.vocabulary[id]] = {id, model.scores[id]};
    naive.unknown_score = std::min(naive.unknown_score, model.scores[id] - 10);
  }
  return naive;
}

// Neighbouring unknown characters as one token of id 0.
std::vector<ModelToken> fused(const std::vector<Part>& parts) {
  std::vector<ModelToken> tokens;
  bool after_unknown = false;
  for (const Part& part : parts) {
    const bool unknown = part.id == Part::kUnknown;
    if (unknown && after_unknown) {
      tokens.back().end = part.end;
    } else {
      tokens.push_back({unknown ? 0 : part.id, part.begin, part.end});
    }
    after_unknown = unknown;
  }
  return tokens;
}

std::vector<ModelToken> encode(const Encoder& encoder, std::string_view text) {
  Encoder::Scratch scratch;
  std::vector<ModelToken> tokens;
  encoder.encode(text, scratch, tokens);
  return tokens;
}

std::vector<TokenId> ids(const std::vector<ModelToken>& tokens) {
  std::vector<TokenId> ids;
  for (const ModelToken& token : tokens) ids.push_back(token.id);
  return ids;
}

}  // namespace

TEST_CASE("SentencePiece's flavour finds the path of the plain search in floats, ties included") {
  GeneratedPieces generated(1);
  for (int round = 0; round < 300; ++round) {
    const SentencePieceModel model = sentence_piece_model(generated.pieces(2 + generated.below(40)));
    const auto reference = naive(model);
    const Encoder encoder(model);
    Encoder::Scratch scratch;
    for (int i = 0; i < 20; ++i) {
      const std::string text = generated.text(1 + generated.below(40));
      INFO(text);
      const auto expected = fused(reference.best(text));
      std::vector<ModelToken> tokens;
      encoder.encode(text, scratch, tokens);
      REQUIRE(tokens == expected);
      std::vector<TokenId> list = {7};
      encoder.encode(text, scratch, list);
      REQUIRE(list.front() == 7);
      REQUIRE(std::vector<TokenId>(list.begin() + 1, list.end()) == ids(expected));
    }
  }
}

TEST_CASE("a sentence whose score outgrows the floats begins again at zero, as SentencePiece's does") {
  GeneratedPieces generated(2);
  const SentencePieceModel model = sentence_piece_model(generated.pieces(60));
  const std::string text = generated.text(200000);
  REQUIRE(encode(Encoder(model), text) == fused(naive(model).best(text)));
}

TEST_CASE("remembered words give the floats' path, however close the next one is and however long the sentence") {
  GeneratedPieces generated(8);
  for (int round = 0; round < 20; ++round) {
    std::map<std::string, float> pieces = generated.pieces(60);
    // Close calls: sums of two pieces and the piece that spells both, nearly the same or to the last bit.
    for (auto& [text, score] : pieces) {
      score -= static_cast<float>(generated.below(1000)) * 1e-6f;
      if (text.size() < 2 || generated.below(2) == 0) continue;
      const auto left = pieces.find(text.substr(0, 1)), right = pieces.find(text.substr(1));
      if (left == pieces.end() || right == pieces.end()) continue;
      score = left->second + right->second + static_cast<float>(generated.below(3)) * 1e-3f;
    }
    // Without U+2581 inside of pieces, words stand alone; with it the sentence is one.
    if (round % 4 != 0) std::erase_if(pieces, [](const auto& piece) { return piece.first.find(kSpace, 1) != std::string::npos; });
    const SentencePieceModel model = sentence_piece_model(pieces);
    std::vector<std::string> words;
    for (int i = 0; i < 50; ++i) words.push_back((i % 8 ? "\u2581" : "") + generated.text(1 + generated.below(6)));
    std::string text;
    for (int i = 0; i < 5000; ++i) text += words[generated.below(words.size())];
    REQUIRE(encode(Encoder(model), text) == fused(naive(model).best(text)));
  }
}

TEST_CASE("Hugging Face's flavour finds the path of the plain search in doubles, whatever the scores' precision") {
  GeneratedPieces generated(3);
  for (int round = 0; round < 300; ++round) {
    std::map<std::string, double> pieces;
    for (const auto& [text, score] : generated.pieces(2 + generated.below(40))) pieces[text] = round % 2 ? score : score / 3.0;
    const UnigramModel model = hugging_face_model(pieces);
    const auto reference = naive(model);
    const Encoder encoder(model);
    Encoder::Scratch scratch;
    for (int i = 0; i < 60; ++i) {
      const std::string text = generated.text(1 + generated.below(i % 2 ? 40 : 4));
      INFO(text);
      std::vector<ModelToken> tokens;
      encoder.encode(text, scratch, tokens);
      REQUIRE(tokens == fused(reference.best(text)));
    }
  }
}

TEST_CASE("no segmentation is better than the best, and n-best lists are the best of all") {
  GeneratedPieces generated(4);
  for (int round = 0; round < 200; ++round) {
    const SentencePieceModel model = sentence_piece_model(generated.pieces(30));
    const Encoder encoder(model);
    const std::string text = generated.text(1 + generated.below(7));
    INFO(text);
    auto all = naive(model).all(text);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    const auto best = encoder.nbest(text, 10);
    REQUIRE(best.size() == std::min<std::size_t>(10, all.size()));
    std::set<std::vector<TokenId>> known;
    for (const auto& path : all) known.insert(ids(fused(path.parts)));
    for (std::size_t i = 0; i < best.size(); ++i) {
      REQUIRE(best[i].score == Approx(all[i].score));
      REQUIRE(known.count(ids(best[i].tokens)) == 1);
    }
    REQUIRE(encoder.nbest(text, 1).front().score == Approx(all.front().score));
  }
}

TEST_CASE("samples come as often as their probability says") {
  GeneratedPieces generated(5);
  const UnigramModel model = hugging_face_model({{"a", -1}, {"b", -1.5}, {"ab", -2}, {"ba", -3}, {"aba", -2.5}});
  const Encoder encoder(model);
  const std::string text = "ababa";
  for (const std::size_t nbest : {std::size_t{0}, std::size_t{3}}) {
    for (const double alpha : {0.0, 0.5, 1.0}) {
      auto paths = naive(model).all(text);
      std::stable_sort(paths.begin(), paths.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
      if (nbest != 0) paths.resize(nbest);
      double sum = 0;
      for (const auto& path : paths) sum += std::exp(alpha * path.score);
      constexpr std::uint32_t kDraws = 20000;
      std::map<std::vector<TokenId>, int> counts;
      const Random random(17, stream(StreamKind::tokenizer_sampling));
      for (std::uint32_t step = 0; step < kDraws; ++step) {
        Draws draws(random, step), again(random, step);
        const auto drawn = encoder.sample(text, {.alpha = alpha, .nbest = nbest}, draws);
        ++counts[ids(drawn.tokens)];
        if (step < 10) REQUIRE(ids(encoder.sample(text, {.alpha = alpha, .nbest = nbest}, again).tokens) == ids(drawn.tokens));
      }
      int drawn = 0;
      for (const auto& path : paths) {
        const int count = counts[ids(fused(path.parts))];
        const double p = std::exp(alpha * path.score) / sum;
        REQUIRE(std::abs(count - p * kDraws) < 5 * std::sqrt(kDraws * p * (1 - p)) + 1);
        drawn += count;
      }
      REQUIRE(drawn == kDraws);
    }
  }
}

TEST_CASE("user-defined pieces win, unused, control and byte pieces take no part") {
  SentencePieceModel model = sentence_piece_model({{"a", -1}, {"b", -1}, {"ab", -1.9f}, {"bc", -1.9f}, {"c", -9}});
  const auto add = [&](const std::string& text, Kind kind) {
    model.pieces.push_back({text, -0.01f, kind});
    return static_cast<TokenId>(model.pieces.size() - 1);
  };
  const TokenId user = add("aba", Kind::user_defined);
  add("abc", Kind::unused), add("</s>", Kind::control), add("bcb", Kind::unused);
  const auto id = [&](const std::string& text) {
    for (TokenId i = 0; i < model.pieces.size(); ++i) {
      if (model.pieces[i].text == text) return i;
    }
    return TokenId{0};
  };
  const Encoder encoder(model);
  REQUIRE(ids(encode(encoder, "abab")) == std::vector<TokenId>{user, id("b")});
  REQUIRE(ids(encode(encoder, "abc")) == std::vector<TokenId>{id("a"), id("bc")});
  REQUIRE(encode(encoder, "a</s>") == std::vector<ModelToken>{{id("a"), 0, 1}, {0, 1, 5}});
}

TEST_CASE("SentencePiece's unknown characters become their bytes, the last of which stands for all") {
  SentencePieceModel model = sentence_piece_model({{"a", -1}});
  model.byte_fallback = true;
  REQUIRE_THROWS_AS(Encoder(model), Error);
  const auto first = static_cast<TokenId>(model.pieces.size());
  for (const char* high = "0123456789ABCDEF"; *high; ++high) {
    for (const char* low = "0123456789ABCDEF"; *low; ++low) {
      model.pieces.push_back({std::string("<0x") + *high + *low + ">", 0, Kind::byte});
    }
  }
  const Encoder encoder(model);
  REQUIRE(encode(encoder, "a\u4e2d\u00e9") == std::vector<ModelToken>{{1, 0, 1},
                                                                      {first + 0xE4, 1, 1},
                                                                      {first + 0xB8, 1, 1},
                                                                      {first + 0xAD, 1, 4},
                                                                      {first + 0xC3, 4, 4},
                                                                      {first + 0xA9, 4, 6}});
}

TEST_CASE("Hugging Face's unknown run is the token that it spells, or its bytes, or the unknown token") {
  UnigramModel model = hugging_face_model({{"a", -1}, {"<0x78>", -1}, {"<0x79>", -1}});
  REQUIRE(encode(Encoder(model), "axya") == std::vector<ModelToken>{{3, 0, 1}, {0, 1, 3}, {3, 3, 4}});
  REQUIRE(encode(Encoder(model), "a<unk>x") == std::vector<ModelToken>{{3, 0, 1}, {0, 1, 7}});
  model.byte_fallback = true;
  REQUIRE(encode(Encoder(model), "axya") == std::vector<ModelToken>{{3, 0, 1}, {1, 1, 3}, {2, 1, 3}, {3, 3, 4}});
  REQUIRE(encode(Encoder(model), "xz") == std::vector<ModelToken>{{0, 0, 2}});
  // A piece is worse than two unknown characters only where scores are far above zero.
  const UnigramModel odd{.vocabulary = {"<unk>", "xy"}, .scores = {100, 50}, .unk_id = 0};
  REQUIRE(encode(Encoder(odd), "xy") == std::vector<ModelToken>{{1, 0, 2}});

  model.unk_id.reset();
  REQUIRE_THROWS_AS(encode(Encoder(model), "ax"), Error);
  REQUIRE(encode(Encoder(model), "aa") == std::vector<ModelToken>{{3, 0, 1}, {3, 1, 2}});
}

TEST_CASE("of Hugging Face tokens with one text the last counts") {
  const UnigramModel model{.vocabulary = {"<unk>", "a", "b", "a"}, .scores = {0, -1, -1, -2}, .unk_id = 0};
  REQUIRE(ids(encode(Encoder(model), "ab")) == std::vector<TokenId>{3, 2});
}

TEST_CASE("models whose parts do not fit together are refused") {
  REQUIRE_THROWS_AS(Encoder(UnigramModel{.vocabulary = {"a"}, .scores = {}, .unk_id = 0}), Error);
  REQUIRE_THROWS_AS(Encoder(UnigramModel{.vocabulary = {"a"}, .scores = {-1}, .unk_id = 1}), Error);
  REQUIRE_THROWS_AS(Encoder(UnigramModel{.vocabulary = {"a"}, .scores = {std::nan("")}, .unk_id = 0}), Error);
  SentencePieceModel without_unknown = sentence_piece_model({{"a", -1}});
  without_unknown.pieces.erase(without_unknown.pieces.begin());
  REQUIRE_THROWS_AS(Encoder(without_unknown), Error);
  SentencePieceModel twice = sentence_piece_model({{"a", -1}});
  twice.pieces.push_back({"a", -2});
  REQUIRE_THROWS_AS(Encoder(twice), Error);
}

TEST_CASE("a piece beyond the memory allowed is refused before it is searched") {
  const Encoder encoder(hugging_face_model({{"a", -1}}));
  Encoder::Scratch scratch(1000);
  std::vector<TokenId> list;
  encoder.encode(std::string(50, 'a'), scratch, list);
  REQUIRE(list.size() == 50);
  REQUIRE_THROWS_AS(encoder.encode(std::string(1000, 'a'), scratch, list), Error);
}

TEST_CASE("ill-formed bytes are read as characters and never beyond the end") {
  GeneratedPieces generated(6);
  const Encoder encoder(sentence_piece_model(generated.pieces(40)));
  test::GeneratedText bytes(7);
  for (int i = 0; i < 200; ++i) {
    const std::string text = bytes.bytes(1 + bytes.below(30));
    const std::unique_ptr<char[]> exact(new char[text.size()]);  // a sanitizer sees what lies behind it
    std::copy(text.begin(), text.end(), exact.get());
    const auto tokens = encode(encoder, {exact.get(), text.size()});
    REQUIRE(tokens.front().begin == 0);
    REQUIRE(tokens.back().end == text.size());
  }
}

}  // namespace quern::unigram
