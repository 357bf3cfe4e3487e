#include "tokenizers/bpe/text_encoder.h"

#include <catch2/catch.hpp>

#include "tests/tokenizers/bpe/naive_bpe.h"
#include "tests/tokenizers/generated_text.h"

using namespace quern;
using bpe::PieceEncoder;
using bpe::TextEncoder;
using Ids = std::vector<TokenId>;

namespace {

// All bytes, and some words over the letters the generator likes.
BpeModel byte_model() {
  BpeModel model;
  model.order = BpeOrder::ranks;
  model.vocabulary.assign(byte_level::alphabet().begin(), byte_level::alphabet().end());
  for (const char* token : {"th", "the", " t", " the", "12", "\xE4\xB8", "\xE4\xB8\xAD", "\n\n", "  ", "    ", "'s", "ll", "'ll", "TH"}) {
    model.vocabulary.push_back(byte_level::spell(token));
  }
  return model;
}

Ids piece_by_piece(const Splitter& splitter, const test::NaiveBpe& naive, std::string_view text) {
  Ids ids;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = splitter.next(text, at).size;
    for (const TokenId id : naive.encode(text.substr(at, size))) ids.push_back(id);
    at += size;
  }
  return ids;
}

}  // namespace

TEST_CASE("the loop gives what splitting and merging one by one give, whatever the cache holds") {
  const BpeModel model = byte_model();
  const PieceEncoder bpe(model);
  const test::NaiveBpe naive(model);
  std::vector<SplitPattern> patterns{SplitPattern::from_regex(R"(\s+|\S+)"), SplitPattern::from_literal("a")};
  for (const std::string& name : SplitPattern::names()) patterns.push_back(SplitPattern::named(name));
  for (const SplitPattern& pattern : patterns) {
    const Splitter splitter(pattern);
    for (const std::size_t cache_bytes : {0, 256, 1 << 16}) {
      TextEncoder encoder(&splitter, bpe, cache_bytes);
      test::GeneratedText generated(7);
      for (int i = 0; i < 120; ++i) {
        const std::string text = generated.valid_utf8(generated.below(40));
        CAPTURE(name(pattern.kind), cache_bytes, text);
        Ids ids{42}, expected = piece_by_piece(splitter, naive, text);
        encoder.encode(text, ids);
        REQUIRE(ids.front() == 42);  // appends
        ids.erase(ids.begin());
        REQUIRE(ids == expected);
        Ids with_lengths;
        std::vector<std::uint32_t> lengths;
        encoder.encode(text, with_lengths, lengths);
        REQUIRE(with_lengths == expected);
        REQUIRE(lengths.size() == expected.size());
      }
    }
  }
}

TEST_CASE("a token that no merge gives is found as a whole piece, and not as a part of one") {
  BpeModel model = byte_model();
  model.order = BpeOrder::merges;
  model.ignore_merges = true;
  for (const char* token : {"\xE6\x96\x87", "\xE4\xB8\xAD\xE6\x96\x87", "\xEF\xBC\x8C"}) {  // 文 中文 ，
    model.vocabulary.push_back(byte_level::spell(token));
  }
  const PieceEncoder bpe(model);
  const test::NaiveBpe naive(model);
  const Splitter splitter(SplitPattern::named("gpt2"));
  TextEncoder encoder(&splitter, bpe, 1 << 16);
  test::GeneratedText generated(9);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    static constexpr std::string_view kParts[] = {"中", "文", "，", " ", "a", "中文", "あ"};
    for (std::size_t n = generated.below(8); n > 0; --n) text += kParts[generated.below(std::size(kParts))];
    CAPTURE(text);
    Ids ids;
    encoder.encode(text, ids);
    REQUIRE(ids == piece_by_piece(splitter, naive, text));
  }
}

TEST_CASE("without a pattern the text is one piece, and a piece may be any bytes") {
  const BpeModel model = byte_model();
  const PieceEncoder bpe(model);
  TextEncoder encoder(nullptr, bpe, 1 << 16);
  const test::NaiveBpe naive(model);
  test::GeneratedText generated(8);
  for (int i = 0; i < 300; ++i) {
    const std::string piece = generated.bytes(generated.below(40));
    Ids ids;
    i % 2 == 0 ? encoder.encode(piece, ids) : encoder.encode_piece(piece, ids);
    REQUIRE(ids == naive.encode(piece));
  }
}
