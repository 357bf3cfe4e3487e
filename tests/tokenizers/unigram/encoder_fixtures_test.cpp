// Every case string through the reference Unigram models, normalized as SentencePiece did, against what it gave.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "tests/support/reference_data.h"
#include "tokenizers/tokenizer.h"
#include "tokenizers/unigram/encoder.h"

namespace quern::unigram {
namespace {

std::vector<Json> read_rows(const std::string& name) {
  const std::string text = reference_data::read_fixture(name);
  std::vector<Json> rows;
  for (const std::string_view line : reference_data::lines(text)) rows.push_back(parse_json(line, name));
  return rows;
}

std::vector<TokenId> ids_of(const std::vector<ModelToken>& tokens) {
  std::vector<TokenId> ids;
  for (const ModelToken& token : tokens) ids.push_back(token.id);
  return ids;
}

void check_model(const std::string& name, const std::string& path) {
  INFO(name);
  const Tokenizer tokenizer = Tokenizer::load(reference_data::data_path(path));
  const Encoder encoder(std::get<SentencePieceModel>(tokenizer.definition().model));
  Encoder::Scratch scratch;
  std::size_t lists = 0;
  for (const Json& row : read_rows("tokenizers/encode/" + name + ".jsonl.xz")) {
    INFO("case " << row["case"]);
    const auto text = row["normalized"].get<std::string>();
    std::vector<TokenId> ids;
    encoder.encode(text, scratch, ids);
    REQUIRE(ids == row["ids"].get<std::vector<TokenId>>());
    std::vector<ModelToken> tokens;
    encoder.encode(text, scratch, tokens);
    REQUIRE(ids_of(tokens) == ids);
    if (!row.contains("nbest") || text.empty()) continue;
    std::vector<std::vector<TokenId>> lists_of_ids;
    for (const Segmentation& segmentation : encoder.nbest(text, 5)) lists_of_ids.push_back(ids_of(segmentation.tokens));
    REQUIRE(lists_of_ids == row["nbest"].get<std::vector<std::vector<TokenId>>>());
    ++lists;
  }
  REQUIRE(lists > 500);
}

}  // namespace

TEST_CASE("SentencePiece's Unigram models: ids and n-best lists of every case string") {
  if (!reference_data::available()) return;
  check_model("spm_test_model", "tokref/sentencepiece/python/test/test_model.model");
  check_model("spm_test_ja_model", "tokref/sentencepiece/python/test/test_ja_model.model");
  check_model("spm_xlnet", "tokref/blingfire/xlnet/spiece.model");
}

}  // namespace quern::unigram
