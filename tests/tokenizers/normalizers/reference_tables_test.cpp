#include "tests/tokenizers/normalizers/reference_tables.h"

#include <catch2/catch.hpp>

#include "tests/support/reference_data.h"
#include "tests/tokenizers/normalizers/spans.h"

using namespace quern;

namespace {

struct RuleSet {
  const char* name;
  std::vector<Normalizer> parts;
};

BertNormalizer only(BertNormalizer part) { return part; }

std::vector<RuleSet> rule_sets() {
  using Form = UnicodeNormalizer::Form;
  const BertNormalizer nothing{.clean_text = false, .handle_chinese_chars = false, .strip_accents = false, .lowercase = false};
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

}  // namespace

TEST_CASE("every code point and every sequence is normalized as by Hugging Face") {
  if (!reference_data::fixtures_available()) return;
  for (const RuleSet& set : rule_sets()) {
    CAPTURE(set.name);
    const NormalizerChain chain(set.parts);
    const auto plain = [&](std::string_view text) { return test::plain(chain, text); };
    const auto aligned = [&](std::string_view text) {
      NormalizedText normalized;
      chain.normalize(text, normalized);
      return normalized.text;
    };
    CHECK(test::table_differences(set.name, plain) == std::vector<std::string>{});
    CHECK(test::table_differences(set.name, aligned) == std::vector<std::string>{});
    std::size_t right = 0;
    CHECK(test::sequence_differences(set.name, plain, &right) == std::vector<std::string>{});
    CHECK(test::sequence_differences(set.name, aligned, &right) == std::vector<std::string>{});
    CHECK(right == 6000);
  }
}
