#include "tokenizers/evaluation/evaluation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "core/error.h"
#include "core/text/unicode.h"
#include "core/text/utf8.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/reference_tokenizers.h"
#include "tokenizers/formats/registry.h"

using namespace quern;

namespace {

TextBlock block_of(const std::string& lines, const RecordFormat& format = {}) {
  RawBlock raw;
  raw.bytes = lines;
  raw.path = "text";
  raw.ends_unterminated = lines.empty() || lines.back() != '\n';
  return extract(std::move(raw), format);
}

Evaluation evaluate(const std::vector<Tokenizer>& tokenizers, const std::string& lines, OnBadRecord on_bad = OnBadRecord::error) {
  return BlockEvaluator(tokenizers, {}).measure(block_of(lines), on_bad);
}

Tokenizer from_json(const std::string& model, const std::string& parts = "") {
  return Tokenizer(formats::read_tokenizer_json(R"({"added_tokens":[],)" + parts + R"("model":)" + model + "}", "test"));
}

// Words in lower case; "the" and "mill" are known.
Tokenizer words() {
  return from_json(R"({"type":"WordPiece","vocab":{"[UNK]":0,"the":1,"mill":2,"##s":3},"unk_token":"[UNK]",)"
                   R"("continuing_subword_prefix":"##","max_input_chars_per_word":100})",
                   R"("normalizer":{"type":"Lowercase"},"pre_tokenizer":{"type":"Whitespace"},)"
                   R"("decoder":{"type":"WordPiece","prefix":"##","cleanup":false},)");
}

// a, b and the bytes of others.
Tokenizer with_byte_fallback() {
  std::string vocabulary = R"("a":0,"b":1)";
  for (int byte = 0; byte < 256; ++byte) {
    char name[16];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    vocabulary += ",\"" + std::string(name) + "\":" + std::to_string(byte + 2);
  }
  return from_json(R"({"type":"BPE","vocab":{)" + vocabulary + R"(},"merges":[],"byte_fallback":true})",
                   R"("decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]},)");
}

}  // namespace

TEST_CASE("tokens, unknown words and what comes back are counted") {
  const Evaluation result = evaluate({words()}, "The mills\nthe flour mill\nmill\n");
  CHECK(result.records == 3);
  CHECK(result.text.words == 6);
  CHECK(result.text.characters == 9 + 14 + 4);
  const TokenizerMeasure& measure = result.tokenizers[0];
  CHECK(measure.whole.tokens == 3 + 3 + 1);
  CHECK(measure.unknown_tokens == 1);
  CHECK(measure.unknown_characters == 5);
  CHECK(measure.whole.covered == result.text.characters - 5);  // spaces that are left out do not count against it
  CHECK(measure.exact == 1);                                    // "mill"
  CHECK(measure.alike == 1);                                    // "the mills": another case
  CHECK(measure.lost == 1);                                     // "the [UNK] mill"
}

TEST_CASE("a character spelled in bytes is not covered") {
  const Evaluation result = evaluate({with_byte_fallback()}, "a水b\n");
  const TokenizerMeasure& measure = result.tokenizers[0];
  CHECK(measure.whole.tokens == 5);
  CHECK(measure.whole.covered == 2);
  CHECK(measure.unknown_tokens == 0);
  CHECK(measure.exact == 1);
  CHECK(measure.scripts[static_cast<std::size_t>(unicode::script(U'水'))].tokens == 3);
  CHECK(measure.scripts[static_cast<std::size_t>(unicode::script(U'水'))].covered == 0);
}

TEST_CASE("a record that one tokenizer refuses is left out for all") {
  const Tokenizer strict = from_json(R"({"type":"Unigram","unk_id":null,"vocab":[["a",-1]]})",
                                     R"("pre_tokenizer":{"type":"Whitespace"},)");
  const std::vector<Tokenizer> both = {words(), strict};
  const Evaluation result = evaluate(both, "a a\nflour\na\n", OnBadRecord::skip);
  CHECK(result.records == 2);
  CHECK(result.tokenizers[0].whole.tokens == 3);
  CHECK(result.tokenizers[1].whole.tokens == 3);
  CHECK(result.refused.bad_records == 1);
  CHECK(result.refused.first_bad.line == 2);
  CHECK_THROWS_AS(evaluate(both, "flour\n"), Error);
}

TEST_CASE("nothing gives nothing") {
  const Evaluation result = evaluate({words()}, "");
  CHECK(result.records == 0);
  CHECK(result.tokenizers[0].whole.tokens == 0);
  const Evaluation empty = evaluate({words()}, "\n");
  CHECK(empty.records == 1);
  CHECK(empty.tokenizers[0].exact == 1);
}

TEST_CASE("the scripts of a text add up to the whole, however it is cut into blocks") {
  test::GeneratedText generated(3);
  std::string text;
  for (int line = 0; line < 50; ++line) {
    for (const char c : generated.valid_utf8(12)) text += c == '\n' ? ' ' : c;
    text += "\n";
  }
  const std::vector<Tokenizer> tokenizers = {words(), with_byte_fallback()};
  const Evaluation whole = evaluate(tokenizers, text);
  Evaluation parts(2);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at + 20) == text.npos ? text.size() : text.find('\n', at + 20) + 1;
    parts.add(evaluate(tokenizers, text.substr(at, end - at)));
    at = end;
  }
  CHECK(parts.records == whole.records);
  CHECK(parts.text.words == whole.text.words);
  for (std::size_t i = 0; i < 2; ++i) {
    const TokenizerMeasure &a = whole.tokenizers[i], &b = parts.tokenizers[i];
    CHECK(a.whole.tokens == b.whole.tokens);
    CHECK(a.alike == b.alike);
    CHECK(a.lost == b.lost);
    TokenAmount sum;
    for (const TokenAmount& script : a.scripts) sum.add(script);
    CHECK(sum.tokens == a.whole.tokens);
    CHECK(sum.covered == a.whole.covered);
    CHECK(a.exact + a.alike + a.lost == whole.records);
  }
  TextAmount sum;
  for (const TextAmount& script : whole.scripts) sum.add(script);
  CHECK(sum.bytes == whole.text.bytes);
  CHECK(sum.characters == whole.text.characters);
  CHECK(sum.words == whole.text.words);
}

namespace {

// The same numbers from what the library says of each record, the long way.
struct NaiveCounts {
  std::uint64_t tokens = 0, unknown = 0, exact = 0, covered = 0;
};

// How many characters lie whole in one of these byte ranges.
std::uint64_t count_whole(std::string_view text, const std::vector<std::pair<std::size_t, std::size_t>>& ranges) {
  std::uint64_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char* p = text.data() + at;
    utf8::decode(p);
    const auto end = static_cast<std::size_t>(p - text.data());
    count += std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.first <= at && end <= range.second; });
    at = end;
  }
  return count;
}

NaiveCounts count_naively(const Tokenizer& tokenizer, const std::string& unknown, std::string_view record) {
  NaiveCounts counts;
  Encoder encoder(tokenizer);
  Encoding encoding;
  encoder.encode(record, encoding);
  counts.tokens = encoding.ids.size();
  counts.exact = tokenizer.decode(encoding.ids) == record;
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  std::size_t at = 0;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    const bool is_unknown = tokenizer.token(encoding.ids[i]) == unknown;
    counts.unknown += is_unknown;
    if (tokenizer.decodes_bytewise()) {  // tokens tile the text
      ranges.emplace_back(at, at + tokenizer.bytes(encoding.ids[i]).size());
      at = ranges.back().second;
    } else if (!is_unknown) {
      ranges.push_back(encoding.offsets[i]);
    }
  }
  counts.covered = count_whole(record, ranges);
  return counts;
}

}  // namespace

TEST_CASE("reference vocabularies on real text: the numbers are those of a slow count") {
  if (!reference_data::available()) return;
  const std::map<std::string, std::string> unknown_tokens = {{"hf_gpt2", "none"}, {"tiktoken_cl100k", "none"}, {"spm_test_model", "<unk>"}};
  for (const char* corpus : {"en", "zh", "ko"}) {
    std::string text;  // the first lines, a little of each: looking at every pair of character and token takes long
    const std::string beginning = reference_data::corpus(corpus, std::size_t{1} << 17);
    for (const std::string_view line : reference_data::lines(beginning)) {
      text.append(line.substr(0, line.find(' ', 300))).append("\n");
    }
    text = utf8::replace_invalid(text);
    for (const auto& [name, unknown] : unknown_tokens) {
      INFO(corpus << " " << name);
      const Tokenizer tokenizer = reference_data::load_tokenizer(name);
      const Evaluation result = evaluate({tokenizer}, text);
      NaiveCounts expected;
      for (const std::string_view line : reference_data::lines(text)) {
        const NaiveCounts one = count_naively(tokenizer, unknown == "none" ? "" : unknown, line);
        expected.tokens += one.tokens, expected.unknown += one.unknown, expected.exact += one.exact;
        expected.covered += one.covered;
      }
      const TokenizerMeasure& measure = result.tokenizers[0];
      CHECK(measure.whole.tokens == expected.tokens);
      CHECK(measure.unknown_tokens == expected.unknown);
      CHECK(measure.exact == expected.exact);
      CHECK(measure.whole.covered == expected.covered);
    }
  }
}
