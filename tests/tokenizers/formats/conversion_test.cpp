// Tokenizers said in another form's terms: the same ids everywhere, or a loss that is named.
#include "tokenizers/formats/conversion.h"

#include <catch2/catch.hpp>
#include <random>

#include "core/error.h"
#include "core/io/input.h"
#include "core/json.h"
#include "tests/support/reference_data.h"
#include "tests/support/temporary_directory.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/tokenizer.h"

namespace quern {
namespace {

using Kind = SentencePiece::Kind;
using formats::convert_for;

// <unk> <s> </s>, the characters, then the pieces in the order in which they are merged.
TokenizerDefinition scored(const std::vector<std::string>& characters, const std::vector<std::string>& merged) {
  SentencePieceModel model;
  model.algorithm = SentencePieceModel::Algorithm::bpe;
  model.pieces = {{"<unk>", 0, Kind::unknown}, {"<s>", 0, Kind::control}, {"</s>", 0, Kind::control}};
  float score = 0;
  for (const std::string& piece : merged) model.pieces.push_back({piece, score--});
  for (const std::string& piece : characters) model.pieces.push_back({piece, score--});
  model.unk_surface = "<unk>";
  TokenizerDefinition definition;
  definition.model = std::move(model);
  SentencePieceNormalizer normalizer;
  normalizer.name = "identity";
  normalizer.remove_extra_whitespaces = false;
  definition.normalizers = {normalizer};
  definition.decoders = {SentencePieceDecoder{}};
  definition.specials_in_text = false;
  return definition;
}

TokenizerDefinition small() {
  return scored({"\u2581", "a", "b", "麦"}, {"ab", "\u2581a", "\u2581ab", "aba", "麦麦"});
}

SentencePieceModel& model_of(TokenizerDefinition& d) { return std::get<SentencePieceModel>(d.model); }
SentencePieceNormalizer& normalizer_of(TokenizerDefinition& d) {
  return std::get<SentencePieceNormalizer>(d.normalizers[0]);
}

std::string losses(const TokenizerDefinition& d, const std::string& path) {
  try {
    std::string text;
    for (const std::string& loss : convert_for(d, path).losses) text += (text.empty() ? "" : "; ") + loss;
    return text;
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unsupported);
    return "refused: " + error.message();
  }
}

std::vector<TokenId> ids_of(const Tokenizer& tokenizer, const std::string& text) {
  EncodeOptions options;
  options.specials = EncodeOptions::Specials::none;
  std::vector<TokenId> ids;
  Encoder(tokenizer, options).encode(text, ids);
  return ids;
}

// Texts of a few letters, spaces and characters without a piece.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kParts = {"a", "b", "麦", " ", "a", "ab", "\u2581", "é", "aba"};
  std::string text;
  for (auto size = random() % 12; size > 0; --size) text += kParts[random() % kParts.size()];
  return text;
}

}  // namespace

TEST_CASE("scores become the merges that they mean, the better piece first") {
  const auto conversion = convert_for(small(), "t.json");
  CHECK(conversion.losses.empty());
  const auto& bpe = std::get<BpeModel>(conversion.definition.model);
  std::string merges;
  for (const Merge& merge : bpe.merges) merges += bpe.vocabulary[merge.left] + "+" + bpe.vocabulary[merge.right] + " ";
  CHECK(merges == "a+b \u2581+a \u2581a+b \u2581+ab ab+a 麦+麦 ");
  CHECK(bpe.unk_token == "<unk>");
  CHECK(bpe.fuse_unk);
}

TEST_CASE("scores and merges give the same ids and texts, there and back") {
  const auto there = convert_for(small(), "t.json").definition;
  const auto back = convert_for(there, "t.model");
  CHECK(back.losses.empty());
  const Tokenizer before{small()}, after{TokenizerDefinition(there)}, again{TokenizerDefinition(back.definition)};
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = random_text(random);
    CAPTURE(text);
    const auto ids = ids_of(before, text);
    CHECK(ids_of(after, text) == ids);
    CHECK(ids_of(again, text) == ids);
    if (std::find(ids.begin(), ids.end(), 0u) == ids.end()) CHECK(after.decode(ids) == before.decode(ids));
  }
}

TEST_CASE("extra spaces are removed there as here") {
  auto d = small();
  normalizer_of(d).remove_extra_whitespaces = true;
  const auto there = convert_for(d, "t.json");
  CHECK(there.losses.empty());
  CHECK(convert_for(there.definition, "t.model").losses.empty());
  const Tokenizer before{TokenizerDefinition(d)}, after{TokenizerDefinition(there.definition)};
  for (const char* text : {"", " ", "   ", "  a  b ", "a \u2581 ", "\u2581 a", "a\n ", " \t "}) {
    CAPTURE(text);
    CHECK(ids_of(after, text) == ids_of(before, text));
  }
}

TEST_CASE("what tokenizer.json cannot say of a SentencePiece model is a loss, or refused") {
  auto d = small();
  model_of(d).pieces.push_back({"<x>", 0, Kind::user_defined});
  CHECK(losses(d, "t.json") == "user-defined pieces become added tokens, behind which a text begins anew");
  d = small();
  model_of(d).pieces.push_back({"aé", -20});
  CHECK(losses(d, "t.json") == "piece \"aé\" cannot be merged: \"é\" is no piece");
  d = small();
  normalizer_of(d).charsmap = std::string(8, '\0');
  CHECK_THAT(losses(d, "t.json"), Catch::Contains("are applied by grapheme cluster"));
  d = small();
  model_of(d).unk_surface = " ? ";
  CHECK(losses(d, "t.json") == "an unknown token decodes to its name, not to \" ? \"");
  d = small();
  model_of(d).algorithm = SentencePieceModel::Algorithm::unigram;
  CHECK_THAT(losses(d, "t.json"), Catch::Contains("scores are summed up as doubles"));
  d = small();
  model_of(d).pieces[3].kind = Kind::unused;
  CHECK(losses(d, "t.json") == "refused: tokenizer.json cannot say this tokenizer: piece \"ab\" is there, but not to be used");
  d = small();
  normalizer_of(d).whitespace_as_suffix = true;
  CHECK_THAT(losses(d, "t.json"), Catch::Contains("white space goes behind words"));
}

TEST_CASE("pieces of one score are a loss, unless all are runs of one character and come out the same") {
  auto d = scored({"\u2581", "b", "c"}, {"bc", "cb"});
  model_of(d).pieces[4].score = 0;  // cb, as good as bc
  CHECK_THAT(losses(d, "t.json"), Catch::Contains("merges cut \"cbcbcb\" otherwise"));
  d = scored({"\u2581", "a"}, {"aa", "aaa", "aaaa"});
  for (std::size_t id : {3, 4, 5}) model_of(d).pieces[id].score = 0;
  const Tokenizer before{TokenizerDefinition(d)}, after{formats::from_sentencepiece(d).definition};
  bool differ = false;
  for (std::size_t n = 1; n < 40; ++n) differ = differ || ids_of(before, std::string(n, 'a')) != ids_of(after, std::string(n, 'a'));
  CHECK((losses(d, "t.json") != "") == differ);
}

TEST_CASE("what a .model cannot say is a loss, or refused") {
  const auto there = convert_for(small(), "t.json").definition;
  const auto changed = [&](auto change) {
    TokenizerDefinition d = there;
    change(d);
    return losses(d, "t.model");
  };
  const auto bpe = [](TokenizerDefinition& d) -> BpeModel& { return std::get<BpeModel>(d.model); };
  CHECK(changed([](auto&) {}) == "");
  CHECK(changed([](auto& d) { d.post_processors = {ByteLevelPostProcessor{}}; }) ==
        "the special tokens around a text are left out");
  CHECK(changed([](auto& d) { d.padding.emplace(); }) == "truncation and padding are left out");
  CHECK(changed([](auto& d) { d.decoders.pop_back(); }) == "tokens are decoded otherwise");
  CHECK(changed([&](auto& d) { std::swap(bpe(d).merges[2], bpe(d).merges[3]); }) == "");  // both make ▁ab
  CHECK(changed([&](auto& d) { bpe(d).merges.pop_back(); }) == "its model is not one of scored pieces");
  CHECK(changed([&](auto& d) { bpe(d).fuse_unk = false; }) ==
        "unknown characters that follow one another become one token; its model is not one of scored pieces");
  CHECK(changed([](auto& d) { d.added_tokens.push_back({.id = 12, .content = "<x>"}); }) ==
        "added token \"<x>\" begins no text anew behind it");
  CHECK(changed([](auto& d) { d.added_tokens.push_back({.id = 12, .content = "<x>", .special = true}); }) == "");
  const std::string refused = "refused: a SentencePiece .model cannot say this tokenizer: ";
  CHECK(changed([](auto& d) { d.added_tokens.push_back({.id = 13, .content = "<x>"}); }) == refused + "its ids have a hole");
  CHECK(changed([](auto& d) { d.normalizers.emplace_back(LowercaseNormalizer{}); }) ==
        refused + "its normalizers are none of SentencePiece's");
  CHECK(changed([](auto& d) { d.pre_tokenizers = {WhitespacePreTokenizer{}}; }) ==
        refused + "its spaces are not SentencePiece's");
  CHECK(changed([&](auto& d) { bpe(d).dropout = 0.1; }) == refused + "it drops merges at random");
  CHECK(changed([&](auto& d) { bpe(d).unk_token.reset(); }) == refused + "it has no token for what is unknown");
  CHECK(changed([&](auto& d) { bpe(d).byte_fallback = true; }) == refused + "it falls back to bytes and lacks some");
  CHECK(changed([](auto& d) { d.model = WordLevelModel{}; }) == refused + "its model is neither BPE nor Unigram");
}

TEST_CASE("a form is written exactly or not at all") {
  const test::TemporaryDirectory folder;
  auto d = small();
  formats::write(d, folder / "t.json");
  CHECK(formats::read(folder / "t.json") == convert_for(d, "t.json").definition);
  model_of(d).unk_surface = " ? ";
  CHECK_THROWS_WITH(formats::write(d, folder / "u.json"), Catch::Contains("tokenizer.json cannot say this tokenizer exactly"));
  formats::write(d, folder / "both");  // the model says it, so tokenizer.json is left out
  auto read = formats::read(folder / "both");
  CHECK(model_of(read).pieces == model_of(d).pieces);
  CHECK(read.post_processors.empty());
}

TEST_CASE("Llama 2's model becomes the tokenizer.json that was made of it, and comes back") {
  if (!reference_data::available()) return;
  const auto model = formats::read(reference_data::data_path("tokref/llama2/tokenizer.model"));
  const auto json = convert_for(model, "t.json");
  CHECK(json.losses.empty());
  const auto back = convert_for(json.definition, "t.model");
  CHECK(back.losses.empty());
  CHECK((convert_for(back.definition, "t.json").definition == json.definition));
  // The list of the reference file, but for the three merges that are damaged there.
  const std::string path = reference_data::data_path("tokref/ort_extensions/llama2/tokenizer.json");
  const Json reference = parse_json(read_file(path), path);
  const auto& bpe = std::get<BpeModel>(json.definition.model);
  const Json& merges = reference["model"]["merges"];
  REQUIRE(merges.size() == bpe.merges.size());
  std::size_t differ = 0;
  for (std::size_t i = 0; i < merges.size(); ++i) {
    const Merge& merge = bpe.merges[i];
    differ += merges[i] != bpe.vocabulary[merge.left] + " " + bpe.vocabulary[merge.right];
  }
  CHECK(differ == 3);
  const Tokenizer before{TokenizerDefinition(model)}, after{TokenizerDefinition(json.definition)};
  const std::string cases = reference_data::read_fixture("tokenizers/cases.jsonl");
  for (const auto line : reference_data::lines(cases)) {
    const std::string text = parse_json(line, "cases")["text"];
    CHECK(ids_of(after, text) == ids_of(before, text));
  }
}

}  // namespace quern
