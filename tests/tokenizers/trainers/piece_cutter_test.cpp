#include "tokenizers/trainers/piece_cutter.h"

#include <catch2/catch.hpp>

#include <vector>

#include "core/error.h"

using namespace quern;

namespace {

std::vector<std::string> cut(const PieceCutter& cutter, std::string_view text) {
  PieceCutter::Scratch scratch;
  std::vector<std::string> pieces;
  cutter.cut(text, scratch, [&](std::string_view piece, std::size_t readable) {
    CHECK(readable >= piece.size());
    pieces.emplace_back(piece);
  });
  return pieces;
}

PieceCutter byte_level(const char* pattern, bool prefix) { return PieceCutter({}, byte_level_pre_tokenizers(SplitPattern::named(pattern), prefix)); }

using Pieces = std::vector<std::string>;

}  // namespace

TEST_CASE("byte-level pieces are the bytes themselves, with a prefix space where the tokenizer will put it") {
  CHECK(cut(byte_level("gpt2", false), "the mill's 石磨") == Pieces{"the", " mill", "'s", " 石磨"});
  CHECK(cut(byte_level("gpt2", true), "the mill") == Pieces{" the", " mill"});
  CHECK(cut(byte_level("cl100k", true), "ab1 1") == Pieces{" ab", " 1", " ", " 1"});
  CHECK(cut(PieceCutter({}, byte_level_pre_tokenizers(std::nullopt, false)), "the mill") == Pieces{"the mill"});
  CHECK(cut(byte_level("gpt2", false), "").empty());
  CHECK(cut(PieceCutter({}, {}), "whole \xFF text") == Pieces{"whole \xFF text"});
}

TEST_CASE("ill-formed bytes end the cutting, and belong to the piece before them") {
  CHECK(cut(byte_level("gpt2", false), "the ab\xFF\xFF c") == Pieces{"the", " ab\xFF\xFF c"});
  CHECK(cut(byte_level("cl100k", true), "the ab\xFF c") == Pieces{" the", " ab\xFF c"});
  CHECK(cut(byte_level("cl100k", true), "\xFF c") == Pieces{" \xFF c"});
  CHECK(cut(byte_level("gpt2", true), "\xFF c") == Pieces{" \xFF c"});
}

TEST_CASE("any other pipeline is normalized and cut part by part") {
  const PieceCutter bert({BertNormalizer{}}, {BertPreTokenizer{}});
  CHECK(cut(bert, "The Mühle, 石磨!") == Pieces{"the", "muhle", ",", "石", "磨", "!"});
  CHECK(cut(bert, "\v").empty());
  CHECK_THROWS_AS(cut(bert, "a\xFF"), Error);
  const PieceCutter metaspace({}, {MetaspacePreTokenizer{}});
  CHECK(cut(metaspace, "the mill") == Pieces{"▁the", "▁mill"});
}

TEST_CASE("two cutters have one description when they cut alike") {
  CHECK(byte_level("gpt2", false).description() == byte_level("gpt2", false).description());
  CHECK(byte_level("gpt2", false).description() != byte_level("gpt2", true).description());
  CHECK(byte_level("gpt2", false).description() != byte_level("cl100k", false).description());
  CHECK(PieceCutter({BertNormalizer{}}, {}).description() != PieceCutter({}, {}).description());
  const PieceCutter large({PrependNormalizer{std::string(5000, 'x')}}, {});
  CHECK(large.description().size() < 300);
}
