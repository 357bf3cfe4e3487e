#include "tokenizers/unigram/whole_piece_encoder.h"

#include <catch2/catch.hpp>

namespace quern::unigram {
namespace {

using Kind = SentencePiece::Kind;

std::vector<ModelToken> encode(const SentencePieceModel& model, std::string_view text) {
  std::vector<ModelToken> tokens;
  WholePieceEncoder(model).encode(text, tokens);
  return tokens;
}

}  // namespace

TEST_CASE("words begin at the space symbol, and neighbouring unknown words are one") {
  SentencePieceModel model;
  model.algorithm = SentencePieceModel::Algorithm::word;
  model.pieces = {{"<unk>", 0, Kind::unknown}, {"\u2581a", -1}, {"\u2581b", -1, Kind::unused}, {"c", -1}};
  REQUIRE(encode(model, "c\u2581a\u2581x\u2581b\u2581a") ==
          std::vector<ModelToken>{{3, 0, 1}, {1, 1, 5}, {0, 5, 13}, {1, 13, 17}});
}

TEST_CASE("characters are pieces, and so are user-defined texts, the longest at each place") {
  SentencePieceModel model;
  model.algorithm = SentencePieceModel::Algorithm::character;
  model.pieces = {{"<unk>", 0, Kind::unknown}, {"a", -1}, {"\u4e2d", -1}, {"aab", 0, Kind::user_defined}, {"aa", 0, Kind::user_defined}};
  REQUIRE(encode(model, "aaab\u4e2dxaab") ==
          std::vector<ModelToken>{{4, 0, 2}, {1, 2, 3}, {0, 3, 4}, {2, 4, 7}, {0, 7, 8}, {3, 8, 11}});
}

}  // namespace quern::unigram
