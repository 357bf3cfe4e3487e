#include "tokenizers/bpe/piece_encoder.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <map>
#include <random>

#include "core/error.h"
#include "tests/tokenizers/bpe/naive_bpe.h"
#include "tests/tokenizers/generated_text.h"
#include "tokenizers/byte_level.h"

using namespace quern;
using bpe::PieceEncoder;
using Ids = std::vector<TokenId>;

namespace {

Ids encode(const PieceEncoder& bpe, std::string_view piece) {
  auto scratch = PieceEncoder::make_scratch();
  Ids ids;
  bpe.encode(piece, *scratch, ids);
  return ids;
}

BpeModel spelled(std::vector<std::string> tokens, BpeOrder order) {
  BpeModel model;
  model.order = order;
  for (const std::string& token : tokens) model.vocabulary.push_back(byte_level::spell(token));
  return model;
}

}  // namespace

TEST_CASE("random vocabularies give what the definition gives, in both orders") {
  test::GeneratedText generated(3);
  for (int round = 0; round < 60; ++round) {
    const BpeOrder order = round % 2 == 0 ? BpeOrder::merges : BpeOrder::ranks;
    BpeModel model = test::random_model(generated, order, 20 + generated.below(200));
    model.ignore_merges = round % 3 == 0;
    if (round % 5 == 0) model.vocabulary[generated.below(8)].clear();  // a byte that is no token
    if (order == BpeOrder::merges) std::erase_if(model.merges, [&](const Merge& m) { return model.vocabulary[m.left].empty() || model.vocabulary[m.right].empty(); });
    const PieceEncoder bpe(model);
    const test::NaiveBpe naive(model);
    for (int i = 0; i < 150; ++i) {
      const std::string piece = generated.bytes(1 + generated.below(i % 20 == 0 ? 300 : 24));
      CAPTURE(round, piece);
      REQUIRE(encode(bpe, piece) == naive.encode(piece));
    }
  }
}

TEST_CASE("long pieces, merged in parts, give what the definition gives, whatever the vocabulary") {
  test::GeneratedText generated(21);
  for (int round = 0; round < 16; ++round) {
    const BpeOrder order = round % 2 == 0 ? BpeOrder::merges : BpeOrder::ranks;
    BpeModel model = round % 4 < 2 ? test::random_model(generated, order, 20 + generated.below(200))
                                   : test::trained_model(generated, order, 20 + generated.below(200));
    for (const std::string& byte : byte_level::alphabet()) {
      if (std::count(model.vocabulary.begin(), model.vocabulary.end(), byte) == 0) model.vocabulary.push_back(byte);
    }
    const PieceEncoder bpe(model);
    const test::NaiveBpe naive(model);
    for (int i = 0; i < 3; ++i) {
      std::string piece = generated.bytes(257 + generated.below(300));
      if (i == 1) piece = std::string(200 + generated.below(400), 'a') + piece.substr(0, 80);  // a run across parts
      CAPTURE(round, piece);
      const Ids ids = encode(bpe, piece);
      REQUIRE(ids == naive.encode(piece));
      auto scratch = PieceEncoder::make_scratch();
      Ids with_lengths;
      std::vector<std::uint32_t> lengths;
      bpe.encode(piece, *scratch, with_lengths, lengths);
      REQUIRE(with_lengths == ids);
      REQUIRE(std::accumulate(lengths.begin(), lengths.end(), std::size_t{0}) == piece.size());
    }
  }
}

TEST_CASE("what one byte decides far away from it is not lost where parts meet") {
  BpeModel model = test::all_bytes_model();
  const auto add = [&](const std::string& left, const std::string& right) {
    const auto byte = [](char c) { return static_cast<TokenId>(static_cast<unsigned char>(c)); };
    model.merges.push_back({byte(left[0]), byte(right[0])});
    model.vocabulary.push_back(byte_level::spell(left + right));
  };
  SECTION("to the right of the seam: where a run begins says how it is paired") {
    add("a", "a");
    const std::string piece = "b" + std::string(600, 'a');
    CHECK(encode(PieceEncoder(model), piece) == test::NaiveBpe(model).encode(piece));
  }
  SECTION("to the left: a chain that is paired from its end") {
    std::string chain;
    for (int i = 0; i < 59; ++i) chain += static_cast<char>('A' + i);
    for (int i = 57; i >= 0; --i) add(chain.substr(i, 1), chain.substr(i + 1, 1));
    for (std::size_t before = 200; before < 256; ++before) {
      const std::string piece = std::string(before, '!') + chain + std::string(200, '!');
      CAPTURE(before);
      REQUIRE(encode(PieceEncoder(model), piece) == test::NaiveBpe(model).encode(piece));
    }
  }
}

TEST_CASE("trained vocabularies begin with whole characters where that changes nothing") {
  test::GeneratedText generated(9);
  for (int round = 0; round < 24; ++round) {
    const BpeModel model =
        test::trained_model(generated, round % 2 == 0 ? BpeOrder::merges : BpeOrder::ranks, 20 + generated.below(200));
    const PieceEncoder bpe(model);
    const test::NaiveBpe naive(model);
    for (int i = 0; i < 200; ++i) {
      std::string piece = generated.valid_utf8(1 + generated.below(i % 20 == 0 ? 60 : 6));
      if (i % 3 == 0) piece = generated.bytes(3) + piece + generated.bytes(3);   // characters beside stray bytes
      if (i % 5 == 0) piece = piece.substr(generated.below(piece.size()));  // and cut
      CAPTURE(round, piece);
      REQUIRE(encode(bpe, piece) == naive.encode(piece));
    }
  }
}

TEST_CASE("short and long pieces run on different code with one result") {
  test::GeneratedText generated(4);
  const BpeModel model = test::random_model(generated, BpeOrder::merges, 300);
  const PieceEncoder bpe(model);
  const test::NaiveBpe naive(model);
  for (std::size_t size = 50; size < 90; ++size) {
    const std::string piece = generated.bytes(size);
    REQUIRE(encode(bpe, piece) == naive.encode(piece));
  }
}

TEST_CASE("lengths add up to the piece, and ids are the same with and without them") {
  test::GeneratedText generated(5);
  const PieceEncoder bpe(test::random_model(generated, BpeOrder::ranks, 200));
  auto scratch = PieceEncoder::make_scratch();
  for (int i = 0; i < 200; ++i) {
    const std::string piece = generated.bytes(1 + generated.below(100));
    Ids ids;
    std::vector<std::uint32_t> lengths;
    bpe.encode(piece, *scratch, ids, lengths);
    REQUIRE(ids == encode(bpe, piece));
    std::string bytes;
    for (std::size_t k = 0, at = 0; k < ids.size(); at += lengths[k++]) {
      CHECK(bpe.bytes(ids[k]) == piece.substr(at, lengths[k]));
      bytes += bpe.bytes(ids[k]);
    }
    CHECK(bytes == piece);
  }
}

TEST_CASE("merge lists and ranks may disagree on one vocabulary") {
  BpeModel model = spelled({"a", "b", "c", "bc", "ab"}, BpeOrder::ranks);
  CHECK(encode(PieceEncoder(model), "abc") == Ids{0, 3});
  model.order = BpeOrder::merges;
  model.merges = {{0, 1}, {1, 2}};
  CHECK(encode(PieceEncoder(model), "abc") == Ids{4, 2});
}

TEST_CASE("a token that no merge reaches is found as a whole piece only") {
  BpeModel model = spelled({"a", "b", "c", "abc"}, BpeOrder::ranks);
  CHECK(encode(PieceEncoder(model), "abc") == Ids{3});
  CHECK(encode(PieceEncoder(model), "abca") == Ids{0, 1, 2, 0});
  model.order = BpeOrder::merges;
  CHECK(encode(PieceEncoder(model), "abc") == Ids{0, 1, 2});
  model.ignore_merges = true;
  CHECK(encode(PieceEncoder(model), "abc") == Ids{3});
}

TEST_CASE("a byte that is no token is dropped without an unknown token") {
  BpeModel model = spelled({"a", "b", "ab"}, BpeOrder::merges);
  model.merges = {{0, 1}};
  CHECK(encode(PieceEncoder(model), "xaxxbx") == Ids{2});
  model.vocabulary.push_back("[UNK]");
  model.unk_token = "[UNK]";
  CHECK(encode(PieceEncoder(model), "xaxxb") == Ids{3, 0, 3, 3, 1});
  model.fuse_unk = true;
  CHECK(encode(PieceEncoder(model), "xaxxb") == Ids{3, 0, 3, 1});
  auto scratch = PieceEncoder::make_scratch();
  Ids ids;
  std::vector<std::uint32_t> lengths;
  PieceEncoder(model).encode("xaxxb", *scratch, ids, lengths);
  CHECK(lengths == std::vector<std::uint32_t>{1, 1, 2, 1});
}

TEST_CASE("a model that does not hold together is refused") {
  BpeModel model = spelled({"a", "b"}, BpeOrder::merges);
  model.merges = {{0, 1}};
  CHECK_THROWS_WITH(PieceEncoder(model), Catch::Contains("merge 0 makes \"ab\""));
  model.merges = {{0, 7}};
  CHECK_THROWS_WITH(PieceEncoder(model), Catch::Contains("tokens 0 and 7"));
  model.merges.clear();
  model.unk_token = "[UNK]";
  CHECK_THROWS_WITH(PieceEncoder(model), Catch::Contains("[UNK]"));
  CHECK_THROWS_AS(PieceEncoder(spelled({"a", "a"}, BpeOrder::ranks)), Error);
}

TEST_CASE("merges made from ranks give the same ids as a merge list") {
  test::GeneratedText generated(6);
  const BpeModel ranked = test::random_model(generated, BpeOrder::ranks, 150);
  const PieceEncoder bpe(ranked);
  BpeModel listed = ranked;
  listed.order = BpeOrder::merges;
  for (const auto& merge : bpe.merges()) {
    CHECK(std::string(bpe.bytes(merge.merge.left)) + std::string(bpe.bytes(merge.merge.right)) == bpe.bytes(merge.result));
    listed.merges.push_back(merge.merge);
  }
  listed.ignore_merges = true;
  const PieceEncoder other(listed);
  for (int i = 0; i < 300; ++i) {
    const std::string piece = generated.bytes(1 + generated.below(40));
    REQUIRE(encode(bpe, piece) == encode(other, piece));
  }
}

TEST_CASE("a million equal bytes are no trouble") {
  BpeModel model = spelled({"a", "aa", "aaaa", "aaaaaaaa"}, BpeOrder::ranks);
  CHECK(encode(PieceEncoder(model), std::string(1'000'000, 'a')) == Ids(125'000, 3));
  CHECK(encode(PieceEncoder(model), std::string(99'999, 'a')).size() == 12'499 + 3);
}
