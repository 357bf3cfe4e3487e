// Words and stretches of words, looked up as they stand in the raw text.
#include <catch2/catch.hpp>

#include <set>

#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/pipelines/same_ids.h"
#include "tokenizers/normalizers/charsmap_builder.h"
#include "tokenizers/pipelines/segment_encoder.h"

namespace quern {
namespace {

// Pieces of a few characters. Scores that are whole numbers are equal now and then, and so is what they add up to.
UnigramModel random_unigram(test::GeneratedText& generated, bool whole_scores) {
  static const std::vector<std::string> kLetters = {"a", "b", "c", "5", "粉", "▁", "▁", ",", "é", "が"};
  UnigramModel model;
  model.vocabulary = {"<unk>", "▁"};
  model.scores = {0, -3};
  model.unk_id = 0;
  std::set<std::string> known = {"▁"};
  for (std::size_t n = 5 + generated.below(40); n > 0; --n) {
    std::string text;
    for (std::size_t more = 1 + generated.below(4); more > 0; --more) text += kLetters[generated.below(kLetters.size())];
    if (!known.insert(text).second) continue;
    model.vocabulary.push_back(text);
    model.scores.push_back(-static_cast<double>(1 + generated.below(whole_scores ? 6 : 100000)) / (whole_scores ? 1 : 7001));
  }
  return model;
}

TokenizerDefinition words_of(UnigramModel model) {
  TokenizerDefinition definition;
  const auto id = static_cast<TokenId>(model.vocabulary.size());
  definition.model = std::move(model);
  definition.pre_tokenizers = {WhitespaceSplitPreTokenizer{}, MetaspacePreTokenizer{}};
  definition.added_tokens = {{.id = id, .content = "</s>", .normalized = false, .special = true}};
  return definition;
}

// "磨" and the like are in no piece; marks join what stands before them, rules give white space or nothing.
const std::vector<std::string> kParts = {"a",      "ab",     "abc",    "55",     "555",        " ",      " ",    "  ",   "\t",  "\n",
                                         "\x01",   "\x7F",   "▁",      "粉",     "粉粉",       "磨",     "磨石", "磨",   "，",  "ｂ",
                                         "e\u0301", "\u0301", "か\u3099", "\u3000", "\u200B",     "\u00AD", "한",   "\u1161", "ﬁ",   "…",
                                         "\u0600", "🙂",     "👨\u200D👩", "\u200D", "\U00020000", "</s>",   "<unk>", "x",    "¨",   "\u0915\u094D"};

}  // namespace

TEST_CASE("Unigram's words and what lies between unknown characters are the same apart and together") {
  test::GeneratedText generated(11);
  const std::string charsmap = normalizers::build_charsmap("nmt_nfkc");
  // Rules that nobody would write: clusters become white space, nothing, or marks.
  const std::string strange = normalizers::serialize_charsmap({{"e\u0301", " "}, {"か\u3099", ""}, {"\u0600 ", "x"}, {"ｂ", "a"},
                                                               {"粉", "ab"}, {" \u0301", "y"}, {"，", "▁"}, {"a", "磨"},
                                                               {"\u3000", "\u00A0"}, {"한", "磨 a"}});
  for (int round = 0; round < 120; ++round) {
    TokenizerDefinition definition = words_of(random_unigram(generated, round % 2 == 0));
    if (round % 3 != 0) definition.normalizers = {PrecompiledNormalizer{round % 3 == 1 ? charsmap : strange}};
    REQUIRE(make_unigram_words(definition));
    std::vector<std::string> texts;
    for (int i = 0; i < 150; ++i) texts.push_back(test::mixed_text(generated, kParts));
    CAPTURE(round);
    CHECK(test::first_difference(Tokenizer(definition), texts) == std::nullopt);
  }
}

TEST_CASE("a long line without spaces, where every other stretch hangs on rounding, is encoded once and not over and over") {
  UnigramModel model;
  model.vocabulary = {"<unk>", "▁", "5", "55", "a"};
  model.scores = {0, -1, -2, -4, -3};
  model.unk_id = 0;
  const Tokenizer tokenizer(words_of(model));
  std::string line;
  for (int i = 0; i < 20000; ++i) line += i % 2 == 0 ? "磨555" : "磨磨a5a";
  CHECK(test::first_difference(tokenizer, {line, line + " " + line}) == std::nullopt);
}

TEST_CASE("Unigram models whose words may not be told apart are left to the general pipeline") {
  const UnigramModel model{.vocabulary = {"<unk>", "▁", "a"}, .scores = {0, -1, -2}, .unk_id = 0};
  CHECK(make_unigram_words(words_of(model)));
  const auto refused = [](TokenizerDefinition definition) { return make_unigram_words(definition) == nullptr; };
  UnigramModel changed = model;
  changed.byte_fallback = true;
  CHECK(refused(words_of(changed)));
  changed = model, changed.unk_id = std::nullopt;
  CHECK(refused(words_of(changed)));
  changed = model, changed.unk_id = 1;  // then U+2581 is unknown
  CHECK(refused(words_of(changed)));
  changed = model, changed.scores[2] = 7;
  CHECK(refused(words_of(changed)));
  TokenizerDefinition definition = words_of(model);
  definition.normalizers = {LowercaseNormalizer{}};
  CHECK(refused(definition));
  definition = words_of(model);
  definition.pre_tokenizers = {WhitespaceSplitPreTokenizer{}, MetaspacePreTokenizer{U'▁', PrependScheme::always, false}};
  CHECK(refused(definition));
}

}  // namespace quern
