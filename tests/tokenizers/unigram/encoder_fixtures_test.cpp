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

// A text through BestPath alone, as one sentence, nothing remembered.
std::vector<TokenId> plain_search(const SentencePieceModel& model, std::string_view text) {
  std::vector<ScoredPiece<float>> pieces;
  float least = 0;
  TokenId unk = 0;
  for (TokenId id = 0; id < model.pieces.size(); ++id) {
    const SentencePiece& piece = model.pieces[id];
    if (piece.kind == SentencePiece::Kind::unknown) unk = id;
    if (piece.kind == SentencePiece::Kind::user_defined) {
      pieces.push_back({piece.text, id, static_cast<float>(0.1 * (static_cast<double>(piece.text.size()) - 1))});
    }
    if (piece.kind != SentencePiece::Kind::normal) continue;
    pieces.push_back({piece.text, id, piece.score});
    least = std::min(least, piece.score);
  }
  std::vector<Part> parts;
  BestPath<float, float>().find(PieceTrie<float>(pieces), {.unknown_score = least - 10, .has_unknown = true, .restart_window = 200},
                                text, 0, parts);
  std::vector<TokenId> ids;
  for (std::size_t i = parts.size(); i-- > 0;) {
    const bool unknown = parts[i].id == Part::kUnknown;
    if (unknown && i + 1 < parts.size() && parts[i + 1].id == Part::kUnknown) continue;
    ids.push_back(unknown ? unk : parts[i].id);
  }
  return ids;
}

}  // namespace

TEST_CASE("remembered words change nothing in whole corpora, as one sentence") {
  if (!reference_data::available()) return;
  const auto check = [](const std::string& path, const std::string& corpus) {
    INFO(path << ", " << corpus);
    const Tokenizer tokenizer = Tokenizer::load(reference_data::data_path(path));
    const auto& model = std::get<SentencePieceModel>(tokenizer.definition().model);
    const Encoder encoder(model);
    Encoder::Scratch scratch;
    std::string text = reference_data::corpus(corpus, std::size_t{2} << 20);
    for (std::size_t at = 0; (at = text.find(' ', at)) != std::string::npos;) text.replace(at, 1, kSpace);
    std::vector<TokenId> ids;
    encoder.encode(text, scratch, ids);
    REQUIRE((ids == plain_search(model, text)));
  };
  for (const char* corpus : {"en", "zh", "ja", "de"}) {
    check("tokref/blingfire/xlnet/spiece.model", corpus);
    check("tokref/sentencepiece/python/test/test_ja_model.model", corpus);
  }
}

TEST_CASE("SentencePiece's Unigram models: ids and n-best lists of every case string") {
  if (!reference_data::available()) return;
  check_model("spm_test_model", "tokref/sentencepiece/python/test/test_model.model");
  check_model("spm_test_ja_model", "tokref/sentencepiece/python/test/test_ja_model.model");
  check_model("spm_xlnet", "tokref/blingfire/xlnet/spiece.model");
}

}  // namespace quern::unigram
