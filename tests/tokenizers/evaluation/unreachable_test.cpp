#include "tokenizers/evaluation/unreachable.h"

#include <catch2/catch.hpp>
#include <set>

#include "core/text/utf8.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/generated_text.h"
#include "tests/tokenizers/reference_tokenizers.h"
#include "tokenizers/evaluation/vocabulary_scripts.h"
#include "tokenizers/formats/registry.h"

using namespace quern;

namespace {

Tokenizer with_model(const std::string& model, const std::string& parts = "") {
  return Tokenizer(formats::read_tokenizer_json(R"({"added_tokens":[],)" + parts + R"("model":)" + model + "}", "test"));
}

std::vector<TokenId> unreachable_of(const std::string& model) { return unreachable_tokens(with_model(model)); }

// The tokens that any word of the letters a, b, c up to that length gives.
std::set<TokenId> given_by_all_words(const Tokenizer& tokenizer, std::size_t longest) {
  std::set<TokenId> seen;
  Encoder encoder(tokenizer);
  std::vector<std::string> words = {""};
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].size() == longest) continue;
    for (const char c : {'a', 'b', 'c'}) words.push_back(words[i] + c);
  }
  for (const std::string& word : words) {
    ids.clear();
    encoder.encode(word, ids);
    seen.insert(ids.begin(), ids.end());
  }
  return seen;
}

// Every token but those that no word gives.
void check_against_all_words(const Tokenizer& tokenizer, std::size_t longest, TokenId first_judged) {
  const std::set<TokenId> seen = given_by_all_words(tokenizer, longest);
  std::vector<TokenId> expected;
  for (TokenId id = first_judged; id < tokenizer.size(); ++id) {
    if (!seen.contains(id)) expected.push_back(id);
  }
  CHECK(unreachable_tokens(tokenizer) == expected);
}

std::string random_word(test::GeneratedText& random, std::size_t longest) {
  std::string word;
  for (std::size_t n = 1 + random.below(longest); n > 0; --n) word += "abc"[random.below(3)];
  return word;
}

}  // namespace

TEST_CASE("a token whose merges lead elsewhere is unreachable") {
  // b c goes first, so that abc is never made of ab and c.
  CHECK(unreachable_of(R"({"type":"BPE","vocab":{"a":0,"b":1,"c":2,"bc":3,"ab":4,"abc":5},"merges":["b c","a b","ab c"]})") ==
        std::vector<TokenId>{5});
  // No merge at all.
  CHECK(unreachable_of(R"({"type":"BPE","vocab":{"a":0,"b":1,"ba":2},"merges":[]})") == std::vector<TokenId>{2});
  // Whole pieces are looked up.
  CHECK(unreachable_of(R"({"type":"BPE","vocab":{"a":0,"b":1,"ba":2},"merges":[],"ignore_merges":true})").empty());
}

TEST_CASE("prefixes and suffixes are those that a token's symbols have inside of it") {
  CHECK(unreachable_of(R"({"type":"BPE","vocab":{"a":0,"b":1,"b</w>":2,"ab":3,"ab</w>":4,"ba</w>":5},)"
                       R"("merges":["a b","a b</w>"],"end_of_word_suffix":"</w>"})") == std::vector<TokenId>{5});
  CHECK(unreachable_of(R"({"type":"BPE","vocab":{"a":0,"##b":1,"##a":2,"ab":3,"##ab":4,"##ba":5},)"
                       R"("merges":["a ##b","##a ##b"],"continuing_subword_prefix":"##"})") == std::vector<TokenId>{5});
}

TEST_CASE("a piece that is better cut is unreachable in Unigram") {
  CHECK(unreachable_of(R"({"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1],["b",-1],["ab",-3],["ba",-1.5]]})") ==
        std::vector<TokenId>{3});
}

TEST_CASE("a word's continuation that a longer token always takes is unreachable in WordPiece") {
  // Behind a there is always ab; behind nothing else can ##b stand.
  const std::string head = R"({"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",)";
  CHECK(unreachable_of(head + R"("max_input_chars_per_word":100,"vocab":{"[UNK]":0,"a":1,"ab":2,"##b":3}})").empty());  // abb
  CHECK(unreachable_of(head + R"("max_input_chars_per_word":100,"vocab":{"[UNK]":0,"a":1,"ab":2,"abb":3,"abbb":4,"##b":5}})").empty());
  CHECK(unreachable_of(head + R"("max_input_chars_per_word":3,"vocab":{"[UNK]":0,"a":1,"ab":2,"abb":3,"abbb":4,"##b":5}})") ==
        std::vector<TokenId>{4, 5});  // abbb is one character too long; so is what comes behind abb
}

TEST_CASE("small vocabularies: what is unreachable is what no word gives") {
  test::GeneratedText random(5);
  for (int round = 0; round < 150; ++round) {
    INFO("round " << round);
    std::set<std::string> begins = {"a", "b", "c"}, follows;
    for (std::size_t n = random.below(8); n > 0; --n) begins.insert(random_word(random, 3));
    for (std::size_t n = random.below(8); n > 0; --n) follows.insert(random_word(random, 3));
    std::string vocabulary = R"("[UNK]":0)";
    int id = 1;
    for (const std::string& text : begins) vocabulary += ",\"" + text + "\":" + std::to_string(id++);
    for (const std::string& text : follows) vocabulary += ",\"##" + text + "\":" + std::to_string(id++);
    check_against_all_words(with_model(R"({"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",)"
                                       R"("max_input_chars_per_word":7,"vocab":{)" + vocabulary + "}}"), 7, 1);
  }
}

TEST_CASE("small merge lists: what is unreachable is what no word gives") {
  test::GeneratedText random(6);
  for (int round = 0; round < 150; ++round) {
    INFO("round " << round);
    std::vector<std::string> tokens = {"a", "b", "c"};
    std::string vocabulary = R"("a":0,"b":1,"c":2)", merges;
    for (std::size_t n = random.below(8); n > 0; --n) {
      const std::string left = tokens[random.below(tokens.size())], right = tokens[random.below(tokens.size())];
      if (left.size() + right.size() > 6 || std::find(tokens.begin(), tokens.end(), left + right) != tokens.end()) continue;
      merges += (merges.empty() ? "\"" : ",\"") + left + " " + right + "\"";
      vocabulary += ",\"" + left + right + "\":" + std::to_string(tokens.size());
      tokens.push_back(left + right);
    }
    check_against_all_words(with_model(R"({"type":"BPE","vocab":{)" + vocabulary + R"(},"merges":[)" + merges + "]}"), 6, 0);
  }
}

TEST_CASE("the tokens of published vocabularies that no text gives are few, and encoding them shows it") {
  if (!reference_data::available()) return;
  const std::string text = utf8::replace_invalid(reference_data::corpus("multi", std::size_t{1} << 20));
  for (const char* name : {"hf_gpt2", "hf_clip", "hf_llama2", "hf_t5_small", "hf_bert_uncased", "spm_llama2", "spm_xlnet",
                           "tiktoken_cl100k"}) {
    INFO(name);
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    const std::vector<TokenId> list = unreachable_tokens(tokenizer);
    CHECK(list.size() < 10);
    // None of them is in the real text of the corpora.
    std::vector<TokenId> ids;
    Encoder encoder(tokenizer);
    for (const std::string_view line : reference_data::lines(text)) encoder.encode(line, ids);
    const std::set<TokenId> seen(ids.begin(), ids.end());
    for (const TokenId id : list) CHECK_FALSE(seen.contains(id));
  }
}

TEST_CASE("a vocabulary is counted by script") {
  const Tokenizer tokenizer = with_model(
      R"({"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":9,)"
      R"("vocab":{"[UNK]":0,"the":1,"##ing":2,"水":3,"7":4,"x水":5,"##,":6}})");
  const VocabularyScripts scripts = vocabulary_scripts(tokenizer);
  REQUIRE(scripts.scripts.size() == 3);
  CHECK(scripts.scripts[0].name == "Common");
  CHECK(scripts.scripts[0].tokens == 2);
  CHECK(scripts.scripts[1].name == "Latin");
  CHECK(scripts.scripts[1].tokens == 2);
  CHECK(scripts.scripts[2].name == "Han");
  CHECK(scripts.mixed == 1);
  CHECK(scripts.parts == 0);
}
