// Every case string through every byte-level reference tokenizer, against what Hugging Face and tiktoken gave.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "core/text/utf8.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/reference_tokenizers.h"
#include "tokenizers/byte_level.h"

namespace quern {
namespace {

using Specials = EncodeOptions::Specials;

std::vector<Json> read_rows(const std::string& name) {
  const std::string text = reference_data::read_fixture(name);
  std::vector<Json> rows;
  for (const std::string_view line : reference_data::lines(text)) rows.push_back(parse_json(line, name));
  return rows;
}

std::vector<TokenId> encode(Encoder& encoder, std::string_view text) {
  std::vector<TokenId> ids;
  encoder.encode(text, ids);
  return ids;
}

std::vector<TokenId> ids_of(const Json& list) { return list.get<std::vector<TokenId>>(); }

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::vector<std::size_t> flat(const Encoding& encoding) {
  std::vector<std::size_t> list;
  for (const auto& [begin, end] : encoding.offsets) list.insert(list.end(), {begin, end});
  return list;
}

// Hugging Face gives an added token as it was found, with the white space that it took along.
std::vector<std::string> tokens_without_space(const Json& list, const Tokenizer& tokenizer,
                                              const std::vector<TokenId>& ids) {
  auto tokens = list.get<std::vector<std::string>>();
  for (std::size_t i = 0; i < tokens.size() && i < ids.size(); ++i) {
    if (tokenizer.is_special(ids[i])) tokens[i] = tokens[i].substr(tokens[i].find_first_not_of(' '));
  }
  return tokens;
}

void check_hugging_face_case(const Tokenizer& tokenizer, Encoder& plain, Encoder& special, Encoder& as_text,
                             const std::string& text, const Json& row) {
  Encoding encoding;
  plain.encode(text, encoding);
  REQUIRE(encoding.ids == ids_of(row["ids"]));
  REQUIRE(flat(encoding) == row["bytes"].get<std::vector<std::size_t>>());
  REQUIRE(encode(plain, text) == encoding.ids);
  std::vector<std::string> tokens;
  for (const TokenId id : encoding.ids) tokens.emplace_back(tokenizer.token(id));
  REQUIRE(tokens == tokens_without_space(row["tokens"], tokenizer, encoding.ids));
  REQUIRE(utf8::replace_invalid(tokenizer.decode(encoding.ids)) == row["decoded"]);

  const auto with_special = encode(special, text);
  REQUIRE(with_special == ids_of(row.contains("special_ids") ? row["special_ids"] : row["ids"]));
  REQUIRE(tokenizer.decode(with_special) ==
          (row.contains("special_decoded") ? row["special_decoded"] : row["decoded"]));
  REQUIRE(utf8::replace_invalid(tokenizer.decode(with_special, true)) == row["skip_decoded"]);
  REQUIRE(encode(as_text, text) == ids_of(row.contains("as_text_ids") ? row["as_text_ids"] : row["ids"]));
}

void check_tiktoken_case(const Tokenizer& tokenizer, Encoder& ordinary, Encoder& special, const std::string& text,
                         const Json& row) {
  const auto ids = encode(ordinary, text);
  REQUIRE(ids == ids_of(row["ids"]));
  std::vector<std::string> tokens;
  for (const TokenId id : ids) tokens.emplace_back(tokenizer.bytes(id));
  std::vector<std::string> expected;
  for (const auto& hex : row["tokens_hex"]) expected.push_back(from_hex(hex));
  REQUIRE(tokens == expected);
  REQUIRE(tokenizer.decode(ids) == text);
  REQUIRE(encode(special, text) == ids_of(row.contains("special_ids") ? row["special_ids"] : row["ids"]));
}

}  // namespace

TEST_CASE("every case gives Hugging Face's ids, tokens, offsets and texts") {
  if (!reference_data::available()) return;
  const auto cases = read_rows("tokenizers/cases.jsonl");
  for (const std::string name : {"hf_gpt2", "hf_gpt2_prefix", "hf_roberta"}) {
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    Encoder plain(tokenizer), special(tokenizer, {.add_special = true}),
        as_text(tokenizer, {.specials = Specials::none});
    const auto rows = read_rows("tokenizers/encode/" + name + ".jsonl.xz");
    REQUIRE(rows.size() == cases.size());
    for (const Json& row : rows) {
      const std::size_t number = row["case"];
      INFO(name << ", case " << number << ": " << cases[number]["text"].dump().substr(0, 200));
      check_hugging_face_case(tokenizer, plain, special, as_text, cases[number]["text"], row);
    }
  }
}

TEST_CASE("every case gives Hugging Face's ids and offsets, whatever the pipeline is made of") {
  if (!reference_data::available()) return;
  const auto cases = read_rows("tokenizers/cases.jsonl");
  for (const std::string name : {"hf_llama2", "hf_clip", "hf_t5_small", "hf_bert_uncased", "hf_bert_cased", "hf_bert_chinese", "hf_bert_chinese_lower",
                                 "hf_bert_multi_cased", "spm_llama2", "spm_blingfire_1", "spm_blingfire_2", "spm_test_model", "spm_test_ja_model", "spm_xlnet"}) {
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    Encoder plain(tokenizer), special(tokenizer, {.add_special = true}),
        as_text(tokenizer, {.specials = Specials::none});
    for (const Json& row : read_rows("tokenizers/encode/" + name + ".jsonl.xz")) {
      const std::size_t number = row["case"];
      const std::string text = cases[number]["text"];
      INFO(name << ", case " << number << ": " << cases[number]["text"].dump().substr(0, 200));
      Encoding encoding;
      plain.encode(text, encoding);
      REQUIRE(encoding.ids == ids_of(row["ids"]));
      REQUIRE(flat(encoding) == row["bytes"].get<std::vector<std::size_t>>());
      REQUIRE(encode(plain, text) == encoding.ids);
      if (name.starts_with("spm_")) continue;  // SentencePiece knows no special tokens in a text
      REQUIRE(encode(special, text) == ids_of(row.contains("special_ids") ? row["special_ids"] : row["ids"]));
      REQUIRE(encode(as_text, text) == ids_of(row.contains("as_text_ids") ? row["as_text_ids"] : row["ids"]));
    }
  }
}

TEST_CASE("every case gives tiktoken's ids, and decodes to itself") {
  if (!reference_data::available()) return;
  const auto cases = read_rows("tokenizers/cases.jsonl");
  for (const std::string name : {"tiktoken_gpt2", "tiktoken_r50k", "tiktoken_cl100k"}) {
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    Encoder ordinary(tokenizer, {.specials = Specials::none}), special(tokenizer, {.specials = Specials::all});
    for (const Json& row : read_rows("tokenizers/encode/" + name + ".jsonl.xz")) {
      const std::size_t number = row["case"];
      INFO(name << ", case " << number << ": " << cases[number]["text"].dump().substr(0, 200));
      check_tiktoken_case(tokenizer, ordinary, special, cases[number]["text"], row);
    }
  }
}

TEST_CASE("ill-formed bytes are encoded as tiktoken encodes them, and decode to themselves") {
  if (!reference_data::available()) return;
  const auto cases = read_rows("tokenizers/invalid_utf8.jsonl");
  for (const std::string name : {"tiktoken_gpt2", "tiktoken_r50k", "tiktoken_cl100k"}) {
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    Encoder encoder(tokenizer, {.specials = Specials::none});
    for (const Json& row : read_rows("tokenizers/invalid/" + name + ".jsonl")) {
      const std::size_t number = row["case"];
      const std::string text = from_hex(cases[number]["hex"]);
      INFO(name << ", case " << number << ": " << cases[number]["hex"]);
      const auto ids = encode(encoder, text);
      REQUIRE(ids == ids_of(row["ids"]));
      REQUIRE(tokenizer.decode(ids) == text);
      Encoding encoding;
      encoder.encode(text, encoding);
      REQUIRE(encoding.ids == ids);
      REQUIRE(encoding.offsets.back().second == text.size());
    }
  }
}

TEST_CASE("GPT-2 is the same tokenizer from tokenizer.json, encoder.json + vocab.bpe and r50k ranks") {
  if (!reference_data::available()) return;
  const Tokenizer json = reference_data::load_tokenizer("hf_gpt2"),
                  files = reference_data::load_tokenizer("tiktoken_gpt2"),
                  ranks = reference_data::load_tokenizer("tiktoken_r50k");
  for (TokenId id = 0; id < 50257; ++id) {
    REQUIRE(files.token(id) == json.token(id));
    REQUIRE(ranks.token(id) == json.token(id));
  }
  CHECK(json.size() == 50257);
  CHECK(files.size() == 50257);
  CHECK(ranks.size() == 50257);
  CHECK(std::get<BpeModel>(files.definition().model).merges == std::get<BpeModel>(json.definition().model).merges);
}

}  // namespace quern
