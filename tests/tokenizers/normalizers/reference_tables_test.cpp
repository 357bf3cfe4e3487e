#include "tests/tokenizers/normalizers/reference_tables.h"

#include <catch2/catch.hpp>

#include "core/io/input.h"
#include "core/json.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/normalizers/spans.h"
#include "tokenizers/formats/base64.h"
#include "tokenizers/normalizers/charsmap_builder.h"

using namespace quern;

namespace {

struct RuleSet {
  const char* name;
  std::vector<Normalizer> parts;
};

BertNormalizer only(BertNormalizer part) { return part; }

std::vector<RuleSet> rule_sets() {
  using Form = UnicodeNormalizer::Form;
  const BertNormalizer nothing{
      .clean_text = false, .handle_chinese_chars = false, .strip_accents = false, .lowercase = false};
  const auto with = [nothing](auto change) {
    BertNormalizer part = nothing;
    change(part);
    return part;
  };
  const UnicodeNormalizer nfd{Form::nfd};
  return {
      {"hf_bert_lower", {BertNormalizer{}}},
      {"hf_bert_nolower", {only({.strip_accents = std::nullopt, .lowercase = false})}},
      {"hf_bert_lower_keep", {only({.strip_accents = false})}},
      {"hf_bert_nolower_strip", {only({.strip_accents = true, .lowercase = false})}},
      {"hf_bert_clean_only", {with([](BertNormalizer& part) { part.clean_text = true; })}},
      {"hf_bert_chinese_only", {with([](BertNormalizer& part) { part.handle_chinese_chars = true; })}},
      {"hf_bert_strip_only", {with([](BertNormalizer& part) { part.strip_accents = true; })}},
      {"hf_nfc", {UnicodeNormalizer{Form::nfc}}},
      {"hf_nfd", {nfd}},
      {"hf_nfkc", {UnicodeNormalizer{Form::nfkc}}},
      {"hf_nfkd", {UnicodeNormalizer{Form::nfkd}}},
      {"hf_lowercase", {LowercaseNormalizer{}}},
      {"hf_strip_accents", {StripAccentsNormalizer{}}},
      {"hf_nfd_strip_lower", {nfd, StripAccentsNormalizer{}, LowercaseNormalizer{}}},
      {"hf_nmt", {NmtNormalizer{}}},
  };
}

// The rules of a set alone, without what happens to white space.
std::vector<Normalizer> sentencepiece(const char* rules) {
  SentencePieceNormalizer part;
  part.charsmap = normalizers::build_charsmap(rules);
  part.add_dummy_prefix = part.remove_extra_whitespaces = part.escape_whitespaces = false;
  return {part};
}

PrecompiledNormalizer t5() {
  const std::string path = reference_data::data_path("tokref/ort_extensions/tokenizer/t5-small/tokenizer.json");
  const Json json = parse_json(read_file(path), path);
  return {*formats::from_base64(json.at("normalizer").at("precompiled_charsmap").get<std::string>())};
}

void check_against_reference(const char* name, const NormalizerChain& chain) {
  CAPTURE(name);
  const auto plain = [&](std::string_view text) { return test::plain(chain, text); };
  const auto aligned = [&](std::string_view text) {
    NormalizedText normalized;
    chain.normalize(text, normalized);
    return normalized.text;
  };
  CHECK(test::table_differences(name, plain) == std::vector<std::string>{});
  CHECK(test::table_differences(name, aligned) == std::vector<std::string>{});
  std::size_t right = 0;
  CHECK(test::sequence_differences(name, plain, &right) == std::vector<std::string>{});
  CHECK(test::sequence_differences(name, aligned, &right) == std::vector<std::string>{});
  CHECK(right == 6000);
  CHECK(test::sequences_digest(plain) == test::expected_sequences_digest(name));
  CHECK(test::exceptions_differences(name, plain) == std::vector<std::string>{});
}

}  // namespace

TEST_CASE("every code point and every sequence is normalized as by Hugging Face") {
  if (!reference_data::fixtures_available()) return;
  for (const RuleSet& set : rule_sets()) check_against_reference(set.name, NormalizerChain(set.parts));
}

TEST_CASE("every code point and every sequence goes through T5's rules as in Hugging Face") {
  if (!reference_data::available()) return;
  check_against_reference("hf_precompiled_t5", NormalizerChain({t5()}));
}

TEST_CASE("every code point and every sequence is normalized as by SentencePiece") {
  if (!reference_data::fixtures_available()) return;
  for (const std::string rules : {"nfkc", "nfkc_cf", "nmt_nfkc", "nmt_nfkc_cf"}) {
    check_against_reference(("spm_" + rules).c_str(), NormalizerChain(sentencepiece(rules.c_str())));
  }
}
