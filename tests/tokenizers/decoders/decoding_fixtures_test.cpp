// Ids and pieces of every reference tokenizer, back to the text that Hugging Face and SentencePiece gave.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "core/text/utf8.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/reference_tokenizers.h"

namespace quern {
namespace {

std::vector<Json> read_rows(const std::string& name) {
  const std::string text = reference_data::read_fixture(name);
  std::vector<Json> rows;
  for (const std::string_view line : reference_data::lines(text)) rows.push_back(parse_json(line, name));
  return rows;
}

std::vector<TokenId> ids_of(const Json& list) { return list.get<std::vector<TokenId>>(); }

// Hugging Face gives back text: bytes that are none are mended there.
std::string decoded(const Tokenizer& tokenizer, const std::vector<TokenId>& ids, bool skip_special = false) {
  return utf8::replace_invalid(tokenizer.decode(ids, skip_special));
}

}  // namespace

TEST_CASE("every case's ids decode to Hugging Face's text, with and without special tokens") {
  if (!reference_data::available()) return;
  for (const std::string name : {"hf_gpt2", "hf_gpt2_prefix", "hf_roberta", "hf_clip", "hf_t5_small", "hf_llama2", "hf_bert_uncased",
                                 "hf_bert_cased", "hf_bert_chinese", "hf_bert_chinese_lower", "hf_bert_multi_cased"}) {
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    for (const Json& row : read_rows("tokenizers/encode/" + name + ".jsonl.xz")) {
      INFO(name << ", case " << row["case"]);
      const bool has_special = row.contains("special_ids");
      const auto special = ids_of(row[has_special ? "special_ids" : "ids"]);
      REQUIRE(decoded(tokenizer, ids_of(row["ids"])) == row["decoded"]);
      REQUIRE(decoded(tokenizer, special) == row[has_special ? "special_decoded" : "decoded"]);
      REQUIRE(decoded(tokenizer, special, true) == row["skip_decoded"]);
    }
  }
}

TEST_CASE("every case's ids and pieces decode to SentencePiece's text, ill-formed ones too") {
  if (!reference_data::available()) return;
  for (const std::string name :
       {"spm_llama2", "spm_test_model", "spm_test_ja_model", "spm_xlnet", "spm_blingfire_1", "spm_blingfire_2"}) {
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    for (const Json& row : read_rows("tokenizers/encode/" + name + ".jsonl.xz")) {
      INFO(name << ", case " << row["case"]);
      REQUIRE(tokenizer.decode(ids_of(row["ids"])) == row["decoded"]);
      REQUIRE(tokenizer.decode_tokens(row["tokens"].get<std::vector<std::string>>()) == row["decoded_pieces"]);
    }
    for (const Json& row : read_rows("tokenizers/invalid/" + name + ".jsonl")) {
      INFO(name << ", invalid case " << row["case"]);
      REQUIRE(tokenizer.decode(ids_of(row["ids"])) == row["decoded"]);
    }
  }
}

}  // namespace quern
