// Tokenizer files: what is read and written, and what is refused, with the place named.
#include <catch2/catch.hpp>

#include <filesystem>

#include "core/error.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/reference_tokenizers.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/formats/base64.h"
#include "tokenizers/formats/registry.h"

namespace quern {
namespace {

// All bytes, then "ab" (256), "abc" (257) and the added token "<end>" (258).
TokenizerDefinition small_definition() {
  BpeModel model;
  for (int byte = 0; byte < 256; ++byte)
    model.vocabulary.push_back(byte_level::spell(std::string(1, static_cast<char>(byte))));
  model.vocabulary.insert(model.vocabulary.end(), {"ab", "abc"});
  model.merges = {{'a', 'b'}, {256, 'c'}};
  TokenizerDefinition definition;
  definition.model = std::move(model);
  definition.added_tokens = {{.id = 258, .content = "<end>", .normalized = false, .special = true}};
  definition.pre_tokenizers = {ByteLevelPreTokenizer{.add_prefix_space = false, .use_regex = true}};
  definition.decoders = {ByteLevelDecoder{}};
  return definition;
}

BpeModel& model_of(TokenizerDefinition& definition) { return std::get<BpeModel>(definition.model); }

struct Refusal {
  ErrorCode code = ErrorCode::internal;
  std::string message = "nothing was refused";
  Where where;
};

template <class Function>
Refusal refusal(Function function) {
  try {
    function();
    return {};
  } catch (const Error& error) {
    return {error.code(), error.message(), error.where()};
  }
}

// A tokenizer.json with one member of the small one replaced.
std::string json_with(const std::string& from, const std::string& to) {
  std::string text = formats::write_tokenizer_json(small_definition());
  const std::size_t at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

Refusal read_json(const std::string& text) {
  return refusal([&] { formats::read_tokenizer_json(text, "t.json"); });
}

}  // namespace

TEST_CASE("tokenizer.json comes back as it was written, with every part in it") {
  TokenizerDefinition d = small_definition();
  CHECK(formats::read_tokenizer_json(formats::write_tokenizer_json(d), "t") == d);
  d.pre_tokenizers = {
      SplitPreTokenizer{SplitPattern::named("cl100k-hf"), SplitBehavior::isolated, false},
      SplitPreTokenizer{SplitPattern::from_literal("\"\\\n\x01é"), SplitBehavior::merged_with_next, true},
      ByteLevelPreTokenizer{true, false}};
  TemplatePostProcessor around;
  using Kind = TemplatePiece::Kind;
  around.single = {{Kind::special, "<end>", 0}, {Kind::sequence_a, "", 0}};
  around.pair = {{Kind::sequence_a, "", 0}, {Kind::sequence_b, "", 1}};
  around.specials = {{"<end>", {258}, {"<end>"}}};
  d.post_processors = {ByteLevelPostProcessor{false, true}, around};
  d.decoders.clear();
  model_of(d).unk_token = "abc";
  model_of(d).fuse_unk = model_of(d).ignore_merges = true;
  const std::string text = formats::write_tokenizer_json(d);
  CHECK(formats::read_tokenizer_json(text, "t") == d);
  CHECK(formats::write_tokenizer_json(formats::read_tokenizer_json(text, "t")) == text);
  d.post_processors = {RobertaPostProcessor{{"<end>", 258}, {"ab", 256}, false, true}};
  CHECK(formats::read_tokenizer_json(formats::write_tokenizer_json(d), "t") == d);
}

TEST_CASE("both spellings of a merge are read, and a pair listed twice counts at its last place") {
  const std::string pair = "[\n        \"a\",\n        \"b\"\n      ]";
  CHECK(formats::read_tokenizer_json(json_with(pair, "\"a b\""), "t") == small_definition());
  const auto twice = formats::read_tokenizer_json(json_with(pair, "[\"ab\", \"c\"], \"a b\""), "t");
  CHECK(twice == small_definition());
}

TEST_CASE("a file from before models had types is BPE when it has merges") {
  CHECK(formats::read_tokenizer_json(json_with("\"type\": \"BPE\",", ""), "t") == small_definition());
}

TEST_CASE("BertProcessing is read as the template it stands for") {
  const auto d = formats::read_tokenizer_json(
      json_with("\"post_processor\": null",
                R"("post_processor": {"type":"BertProcessing","sep":["abc",257],"cls":["ab",256]})"),
      "t");
  std::vector<TokenId> ids;
  Encoder(Tokenizer(d), {.add_special = true}).encode("x", ids);
  CHECK(ids == std::vector<TokenId>{256, 'x', 257});
}

TEST_CASE("what tokenizer.json asks for and quern cannot do is named, never passed over") {
  const std::vector<std::array<std::string, 3>> cases = {
      {"\"normalizer\": null", "\"normalizer\": {\"type\": \"NFX\"}", "/normalizer: normalizer \"NFX\""},
      {"\"type\": \"BPE\"", "\"type\": \"Bigram\"", "/model: model \"Bigram\""},
      {"\"type\": \"ByteLevel\"", "\"type\": \"Digit\"", "/pre_tokenizer: pre-tokenizer \"Digit\""},
      {"\"decoder\": {\n    \"type\": \"ByteLevel\"", "\"decoder\": {\n    \"type\": \"Levels\"",
       "/decoder: decoder \"Levels\""},
      {"\"post_processor\": null", "\"post_processor\": {\"type\": \"Process\"}",
       "/post_processor: post-processor \"Process\""},
      {"\"padding\": null", "\"paddings\": null", "/paddings: this member"},
      {"\"version\": \"1.0\"", "\"version\": \"2.0\"", "/version: version \"2.0\""}};
  for (const auto& [from, to, expected] : cases) {
    const Refusal r = read_json(json_with(from, to));
    CHECK(r.message == expected + " cannot be used yet");
    CHECK(r.code == ErrorCode::unsupported);
    CHECK(r.where.path == "t.json");
  }
}

TEST_CASE("a damaged tokenizer.json is refused where it is damaged") {
  const std::vector<std::array<std::string, 3>> cases = {
      {"\"ab\": 256", "\"ab\": 4000000000", "token \"ab\" has id 4000000000 in a vocabulary of 258 entries"},
      {"\"ab\": 256", "\"ab\": 99999999999", "/model/vocab/256: id 99999999999 does not fit 32 bits"},
      {"\"ab\": 256", "\"ab\": 97", "tokens \"a\" and \"ab\" share the id 97"},
      {"\"ab\": 256", "\"ab\": -1", "/model/vocab/256: expected a number of 0 or more"},
      {"\"b\"\n      ]", "\"q q\"\n      ]", "/model/merges/0: merge of \"q q\", which is not in the vocabulary"},
      {"\"b\"\n      ]", "\"c\"\n      ]", "/model/merges/0: merge into \"ac\", which is not in the vocabulary"},
      {"\"b\"\n      ]", "7\n      ]", "/model/merges/0: expected a string or an array of strings"},
      {"\"b\"\n      ]", "\"b\", \"c\"\n      ]", "/model/merges/0: not a merge of two tokens"},
      {"\"id\": 258", "\"id\": 900000", "/added_tokens/0/id: id 900000 is far beyond the vocabulary"},
      {"\"lstrip\": false", "\"lstrip\": 0", "/added_tokens/0/lstrip: is number, expected true or false"},
      {"\"unk_token\": null", "\"unk_token\": \"zz\"", "/model/unk_token: \"zz\" is not in the vocabulary"},
      {"\"post_processor\": null", "\"post_processor\": {\"type\": \"RobertaProcessing\", \"sep\": [\"a\"]}",
       "/post_processor/sep: expected a token and its id"}};
  for (const auto& [from, to, expected] : cases) {
    const Refusal r = read_json(json_with(from, to));
    CHECK(r.message == expected);
    CHECK(r.code == ErrorCode::format);
    CHECK(r.where.path == "t.json");
  }
}

TEST_CASE("tokens that clash are refused when the tokenizer is made") {
  TokenizerDefinition d = small_definition();
  d.added_tokens[0].id = 257;
  CHECK(refusal([&] { Tokenizer{d}; }).message == "two tokens have the id 257: \"abc\" and \"<end>\"");
  d = small_definition();
  d.added_tokens[0].content = "ab";
  CHECK(refusal([&] { Tokenizer{d}; }).message == "\"ab\" has two ids, 256 and 258");
  d = small_definition();
  d.post_processors = {RobertaPostProcessor{{"x", 999}, {"<end>", 258}, true, true}};
  CHECK(refusal([&] { Tokenizer{d}; }).message == "the post-processor adds token 999, which is not in the vocabulary");
}

TEST_CASE("a folder of vocab.json and merges.txt comes back as it was written") {
  const test::TemporaryDirectory folder;
  TokenizerDefinition d = small_definition();
  d.post_processors = {ByteLevelPostProcessor{.add_prefix_space = true, .trim_offsets = false}};
  formats::write(d, folder / "gpt");
  CHECK(formats::read(folder / "gpt") == d);
  CHECK(formats::read(folder / "gpt/merges.txt") == d);
  CHECK(formats::read(folder / "gpt/vocab.json") == d);
  d.post_processors = {RobertaPostProcessor{{"<end>", 258}, {"<end>", 258}, true, false}};
  formats::write(d, folder / "roberta");
  CHECK(formats::read(folder / "roberta") == d);
  CHECK(refusal([&] { formats::write(d, folder / "roberta"); }).code == ErrorCode::usage);  // it exists
  // The older form stands alone too, and is left out where it cannot say the tokenizer.
  std::filesystem::remove(folder / "roberta/tokenizer.json");
  CHECK(formats::read(folder / "roberta") == d);
  d.pre_tokenizers = {SplitPreTokenizer{SplitPattern::named("cl100k"), {}, {}}, ByteLevelPreTokenizer{false, false}};
  formats::write(d, folder / "other");
  CHECK(formats::read(folder / "other") == d);
  CHECK(!std::filesystem::exists(folder / "other/vocab.json"));
  CHECK(std::filesystem::exists(folder / "other/tokenizer_config.json"));
}

TEST_CASE("a bad line of merges.txt is named by its number") {
  const test::TemporaryDirectory folder;
  folder.write("vocab.json", R"({"a": 0, "b": 1, "ab": 2})");
  for (const auto& [line, expected] : {std::pair("a b c", "not a merge: expected two tokens with a space between them"),
                                       std::pair("a q", "merge of \"q\", which is not in the vocabulary")}) {
    folder.write("merges.txt", std::string("#version: 0.2\na b\n") + line + "\n");
    const Refusal r = refusal([&] { formats::read(folder.path()); });
    CHECK(r.message == expected);
    CHECK(r.where.line == 3);
    CHECK(r.where.path == folder / "merges.txt");
  }
}

TEST_CASE("a merge list is written as ranks where both mean the same, and refused where not") {
  TokenizerDefinition d = small_definition();
  d.added_tokens.clear();
  const auto read = formats::read_tiktoken(formats::write_tiktoken(d), "t", {.pattern = "gpt2"});
  CHECK(std::get<BpeModel>(read.model).vocabulary == model_of(d).vocabulary);

  TokenizerDefinition other_order = d;
  std::swap(model_of(other_order).merges[0], model_of(other_order).merges[1]);
  CHECK(refusal([&] { formats::write_tiktoken(other_order); }).code == ErrorCode::unsupported);
  TokenizerDefinition other_merge = d;  // "abc" as a + bc, which ranks would not choose
  model_of(other_merge).vocabulary.push_back("bc");
  model_of(other_merge).merges = {{'a', 'b'}, {'b', 'c'}, {'a', 258}};
  CHECK(refusal([&] { formats::write_tiktoken(other_merge); }).code == ErrorCode::unsupported);
  TokenizerDefinition unreachable = d;
  model_of(unreachable).vocabulary.push_back("xyz");
  CHECK_THAT(refusal([&] { formats::write_tiktoken(unreachable); }).message, Catch::Contains("no merge makes \"xyz\""));
  model_of(unreachable).ignore_merges = true;
  CHECK_NOTHROW(formats::write_tiktoken(unreachable));
  CHECK_THAT(refusal([] { formats::write_tiktoken(small_definition()); }).message,
             Catch::Contains("added token \"<end>\""));
}

TEST_CASE("ranks become tokenizer.json with the merges that mean the same") {
  TokenizerDefinition d = small_definition();
  d.added_tokens.clear();
  const auto ranks = formats::read_tiktoken(formats::write_tiktoken(d), "t", {.pattern = "gpt2"});
  const auto json = formats::read_tokenizer_json(formats::write_tokenizer_json(ranks), "t");
  CHECK(std::get<BpeModel>(json.model).merges == model_of(d).merges);
  CHECK(std::get<BpeModel>(json.model).ignore_merges);
}

TEST_CASE("a damaged .tiktoken file is refused by its line") {
  for (const auto& [text, line, expected] :
       {std::tuple("YQ== 0\nYg==\n", 2, "expected base64, a space and a rank"),
        std::tuple("YR== 0\n", 1, "\"YR==\" is not base64"), std::tuple("\nYQ== 0x\n", 2, "\"0x\" is not a rank"),
        std::tuple("YQ== 0\n Yg==\n", 2, "\"\" is not base64")}) {
    const Refusal r = refusal([&, t = text] { formats::read_tiktoken(t, "t", {.pattern = "gpt2"}); });
    CHECK(r.message == expected);
    CHECK(r.where.line == static_cast<std::uint64_t>(line));
  }
  CHECK(refusal([] { formats::read_tiktoken("YQ== 0\nYQ== 1\n", "t", {.pattern = "gpt2"}); }).message ==
        "token \"a\" is there twice");
  CHECK(refusal([] { formats::read_tiktoken("YQ== 0\n", "t", {}); }).code == ErrorCode::usage);
}

TEST_CASE("base64 has one spelling") {
  for (const std::string bytes : {"a", "ab", "abc", "\xFF\xFE", "\xFB\xFF\xBF\x01"}) {
    CHECK(formats::from_base64(formats::to_base64(bytes)) == bytes);
  }
  CHECK(formats::to_base64("Hello") == "SGVsbG8=");
  for (const char* bad : {"", "YQ", "YQ=", "YR==", "Y===", "====", "YQ==YQ==", "Y Q=", "YWJ="})
    CHECK(!formats::from_base64(bad));
}

TEST_CASE("a file that is no tokenizer says so") {
  const test::TemporaryDirectory folder;
  CHECK(refusal([&] { formats::read(folder.path()); }).message == "no tokenizer in this folder");
  for (const char* text : {"", "hello world\n", "{}", "{\"a\": 1}"}) {
    const Refusal r = refusal([&] { formats::read(folder.write("some.txt", text)); });
    CHECK(r.code == ErrorCode::format);
    CHECK(r.message == "not a tokenizer");
  }
  CHECK(refusal([&] { formats::read(folder / "absent"); }).code == ErrorCode::io);
}

}  // namespace quern
