// BERT's vocab.txt: alone, with a configuration beside it, and written as either.
#include <catch2/catch.hpp>

#include <filesystem>

#include "core/error.h"
#include "core/io/input.h"
#include "core/json.h"
#include "tests/support/reference_data.h"
#include "tests/support/temporary_directory.h"
#include "tokenizers/formats/registry.h"

namespace quern {
namespace {

using LetterCase = LoadOptions::LetterCase;

constexpr const char* kUncased = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n##s\n麦\n";
constexpr const char* kCased = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nT\nthe\n";

TokenizerDefinition read(const std::string& text, LetterCase letter_case = LetterCase::by_file) {
  LoadOptions options;
  options.letter_case = letter_case;
  return formats::read_vocab_txt(text, "vocab.txt", options);
}

const WordPieceModel& model_of(const TokenizerDefinition& d) { return std::get<WordPieceModel>(d.model); }
const BertNormalizer& normalizer_of(const TokenizerDefinition& d) { return std::get<BertNormalizer>(d.normalizers[0]); }

std::string refusal(const std::function<void()>& function) {
  try {
    function();
    return "nothing was refused";
  } catch (const Error& error) {
    return error.message();
  }
}

}  // namespace

TEST_CASE("vocab.txt stands for the whole of BERT's pipeline") {
  const auto d = read(kUncased);
  CHECK(model_of(d).vocabulary == std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##s", "麦"});
  CHECK(d.normalizers == std::vector<Normalizer>{BertNormalizer{}});
  CHECK(d.pre_tokenizers == std::vector<PreTokenizer>{BertPreTokenizer{}});
  CHECK(d.decoders == std::vector<Decoder>{WordPieceDecoder{}});
  CHECK(d.post_processors == std::vector<PostProcessor>{BertPostProcessor{.sep = {"[SEP]", 3}, .cls = {"[CLS]", 2}}});
  REQUIRE(d.added_tokens.size() == 5);
  CHECK(d.added_tokens[4] == AddedToken{.id = 4, .content = "[MASK]", .normalized = false, .special = true});
}

TEST_CASE("what a vocabulary lacks, the pipeline does without, but for the unknown token") {
  const auto d = read("the\n[UNK]\n[SEP]\n");
  CHECK(d.post_processors.empty());
  CHECK(d.added_tokens.size() == 2);
  CHECK(refusal([] { read("the\n[CLS]\n"); }) == "/unk_token: the vocabulary has no token for what is unknown");
}

TEST_CASE("case is the user's, else the configuration's, else guessed and said so") {
  const test::TemporaryDirectory folder;
  std::string notice;
  LoadOptions options;
  options.notice = [&](const std::string& text) { notice = text; };
  const auto lowercase = [&] { return normalizer_of(formats::read(folder.path(), options)).lowercase; };
  folder.write("vocab.txt", kUncased);
  CHECK(lowercase());
  CHECK_THAT(notice, Catch::Contains("vocab.txt: text will be lowercased, since no capital is a token"));
  folder.write("vocab.txt", kCased);
  CHECK(!lowercase());
  CHECK_THAT(notice, Catch::Contains("taken with its capitals"));
  notice.clear();
  folder.write("tokenizer_config.json", R"({"do_lower_case": true})");
  CHECK(lowercase());
  options.letter_case = LetterCase::cased;
  CHECK(!lowercase());
  CHECK(notice.empty());
}

TEST_CASE("lines are cut as Hugging Face cuts them") {
  // White space at the end goes, at the beginning it stays; of two equal lines the later counts; the last LF may lack.
  const auto d = read("[UNK]\r\na \t\xE3\x80\x80\n a\n\nb\na\n\xE2\x80\xA8\n##\xE2\x80\xA8\nc");
  CHECK(model_of(d).vocabulary == std::vector<std::string>{"[UNK]", "", " a", "", "b", "a", "", "##", "c"});
  try {
    read("[UNK]\na\nb\xFF\n");
    FAIL("invalid UTF-8 was read");
  } catch (const Error& error) {
    CHECK(error.where().line == 3);
    CHECK(error.where().byte == 9);
  }
}

TEST_CASE("a configuration's names, tokens and switches are taken, and what it asks beyond is refused") {
  const test::TemporaryDirectory folder;
  folder.write("vocab.txt", "<pad>\n<unk>\n<s>\n</s>\nthe\n");
  folder.write("special_tokens_map.json", R"({"unk_token": "<unk>", "pad_token": {"content": "<pad>", "lstrip": true}})");
  folder.write("added_tokens.json", R"({"<new>": 7})");
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "DistilBertTokenizerFast", "do_lower_case": false,
      "cls_token": "<s>", "sep_token": "</s>", "strip_accents": true, "tokenize_chinese_chars": false,
      "additional_special_tokens": ["<more>"]})");
  const auto d = formats::read(folder.path());
  CHECK(d.post_processors == std::vector<PostProcessor>{BertPostProcessor{.sep = {"</s>", 3}, .cls = {"<s>", 2}}});
  CHECK(normalizer_of(d) == BertNormalizer{true, false, true, false});
  std::vector<std::pair<std::string, TokenId>> added;
  for (const AddedToken& token : d.added_tokens) added.emplace_back(token.content, token.id);
  CHECK(added == std::vector<std::pair<std::string, TokenId>>{
                     {"<pad>", 0}, {"<unk>", 1}, {"<s>", 2}, {"</s>", 3}, {"<more>", 5}, {"<new>", 7}});
  CHECK(d.added_tokens[0].lstrip);
  for (const auto& [config, expected] :
       {std::pair(R"({"tokenizer_class": "BertJapaneseTokenizer"})",
                  "/tokenizer_class: tokenizer class \"BertJapaneseTokenizer\" cannot be used yet"),
        std::pair(R"({"do_basic_tokenize": false})", "/do_basic_tokenize: no basic tokenization cannot be used yet"),
        std::pair(R"({"never_split": ["a"]})", "/never_split: a list of what is never split cannot be used yet")}) {
    folder.write("tokenizer_config.json", config);
    CHECK(refusal([&] { formats::read(folder.path()); }) == expected);
  }
}

TEST_CASE("a BERT tokenizer is written as a folder that comes back, with or without its tokenizer.json") {
  const test::TemporaryDirectory folder;
  auto d = read(kUncased, LetterCase::cased);
  std::get<BertNormalizer>(d.normalizers[0]).strip_accents = true;
  d.added_tokens.push_back({.id = 8, .content = "<new>", .lstrip = true});
  formats::write(d, folder / "bert");
  CHECK(read_file(folder / "bert/vocab.txt") == kUncased);
  CHECK(formats::read(folder / "bert") == d);
  std::filesystem::remove(folder / "bert/tokenizer.json");
  CHECK(formats::read(folder / "bert") == d);
  const Json config = parse_json(read_file(folder / "bert/tokenizer_config.json"), "config");
  CHECK(config.at("tokenizer_class") == "BertTokenizer");
  CHECK(config.at("mask_token") == "[MASK]");
  CHECK(config.at("bos_token").is_null());
  CHECK(parse_json(read_file(folder / "bert/special_tokens_map.json"), "map").at("cls_token") == "[CLS]");
}

TEST_CASE("a bare vocab.txt is written where it says all but the case") {
  const test::TemporaryDirectory folder;
  for (const LetterCase letter_case : {LetterCase::lower, LetterCase::cased}) {
    formats::write(read(kUncased, letter_case), folder / "my-vocab.txt", {.force = true});
    CHECK(read_file(folder / "my-vocab.txt") == kUncased);
  }
  const std::vector<std::pair<std::function<void(TokenizerDefinition&)>, const char*>> cases = {
      {[](auto& d) { d.added_tokens.push_back({.id = 8, .content = "<new>"}); }, "added token \"<new>\" is left out"},
      {[](auto& d) { std::get<BertNormalizer>(d.normalizers[0]).strip_accents = true; }, "accents, ideographs and control characters is left to the case"},
      {[](auto& d) { std::get<BertNormalizer>(d.normalizers[0]).clean_text = false; }, "accents, ideographs and control"},
      {[](auto& d) { std::get<WordPieceModel>(d.model).max_input_chars_per_word = 200; }, "its model marks or limits"},
      {[](auto& d) { std::get<WordPieceModel>(d.model).vocabulary[5] = "a\nb"; }, "token \"a?b\" holds a line end"},
      {[](auto& d) { d.post_processors.clear(); }, "the special tokens around a text become BERT's"},
      {[](auto& d) { d.pre_tokenizers = {WhitespacePreTokenizer{}}; }, "its pre-tokenizer is not BERT's"},
      {[](auto& d) { d.normalizers.clear(); }, "its normalizer is not BERT's"},
      {[](auto& d) { d.model = WordLevelModel{}; }, "its model is not WordPiece"}};
  for (const auto& [change, expected] : cases) {
    auto d = read(kUncased);
    change(d);
    CHECK_THAT(refusal([&] { formats::write(d, folder / "vocab.txt"); }), Catch::Contains(expected));
  }
}

TEST_CASE("the published BERT vocabularies are read as Hugging Face reads them") {
  if (!reference_data::available()) return;
  const auto configs = parse_json(reference_data::read_fixture("tokenizers/encode/hf_configs.json"), "configs");
  const std::vector<std::tuple<const char*, const char*, LetterCase>> cases = {
      {"hf_bert_uncased", "bert_nvidia/bert-base-uncased-vocab.txt", LetterCase::by_file},
      {"hf_bert_cased", "bert_nvidia/bert-base-cased-vocab.txt", LetterCase::by_file},
      {"hf_bert_chinese", "bert_chinese_clue/vocab.txt", LetterCase::cased},
      {"hf_bert_chinese_lower", "bert_chinese_clue/vocab.txt", LetterCase::by_file},
      {"hf_bert_multi_cased", "blingfire/bert_multi_cased/vocab.txt", LetterCase::by_file}};
  for (const auto& [name, file, letter_case] : cases) {
    CAPTURE(name);
    const std::string path = reference_data::data_path(std::string("tokref/") + file);
    LoadOptions options;
    options.letter_case = letter_case;
    const auto d = formats::read(path, options);
    Json json = parse_json(formats::write_tokenizer_json(d), name);
    const std::string entries = std::to_string(json["model"]["vocab"].size());
    CHECK("<" + entries + " entries, left out here>" == configs[name]["model"]["vocab"].get<std::string>());
    json["model"]["vocab"] = configs[name]["model"]["vocab"];
    CHECK((json == configs[name]));
  }
}

}  // namespace quern
