#include "tokenizers/trainers/sentencepiece_corpus.h"

#include <catch2/catch.hpp>
#include <map>

#include "core/error.h"

namespace quern {
namespace {

SentencePieceCorpusSettings plain() {
  SentencePieceCorpusSettings settings;
  settings.character_coverage = 1;
  return settings;
}

std::map<std::string, std::uint64_t> sentences(const SentencePieceCorpus& corpus) {
  std::map<std::string, std::uint64_t> counts;
  for (const CountedText& sentence : corpus.sentences()) counts.emplace(sentence.text, sentence.count);
  return counts;
}

}  // namespace

TEST_CASE("words are counted, and the last of a text apart from the others") {
  SentencePieceCorpus corpus(plain(), 1 << 30);
  corpus.add("a b  a");
  corpus.add("a");
  corpus.add("");
  corpus.finish();
  REQUIRE(sentences(corpus) == std::map<std::string, std::uint64_t>{{"\u2581a", 3}, {"\u2581b", 1}});
  REQUIRE(corpus.sentences().front().text == "\u2581a");
  std::map<std::pair<std::string, bool>, std::uint64_t> units;
  for (const SeedUnit& unit : corpus.units()) units[{std::string(unit.text), unit.after == SeedUnit::After::end}] = unit.count;
  REQUIRE(units == std::map<std::pair<std::string, bool>, std::uint64_t>{
                       {{"\u2581a", false}, 1}, {{"\u2581a", true}, 2}, {{"\u2581b", false}, 1}});
}

TEST_CASE("characters are required up to the coverage, and those asked for always") {
  SentencePieceCorpusSettings settings = plain();
  settings.character_coverage = 0.98f;
  settings.required_characters = "z";
  SentencePieceCorpus corpus(settings, 1 << 30);
  corpus.add("a", 50);
  corpus.add("xa");
  corpus.finish();
  std::u32string required;
  for (const auto& one : corpus.required_characters()) required += one.character;
  REQUIRE(required == U"a\u2581z");  // 102 of 103
  REQUIRE(corpus.required_characters()[2].count == 0);
  REQUIRE(corpus.characters().size() == 2);
  REQUIRE(sentences(corpus) == std::map<std::string, std::uint64_t>{{"\u2581a", 50}, {"\u2581\u2585a", 1}});
}

TEST_CASE("what is reserved is cut out, and texts too long or with the mark for unknown characters are left out") {
  SentencePieceCorpusSettings settings = plain();
  settings.cut_out = {"<s>", "<s>x", "and"};
  settings.max_sentence_length = 12;
  SentencePieceCorpus corpus(settings, 1 << 30);
  corpus.add("a<s>xb");
  corpus.add("band");
  corpus.add("0123456789abc");
  corpus.add("a\u2585");
  corpus.finish();
  REQUIRE(sentences(corpus) == std::map<std::string, std::uint64_t>{{"\u2581a\u2585b", 1}, {"\u2581b\u2585", 1}});
  REQUIRE(corpus.skipped() == 2);
}

TEST_CASE("a space may end words, or cut none") {
  SentencePieceCorpusSettings settings = plain();
  settings.normalizer.whitespace_as_suffix = true;
  SentencePieceCorpus suffix(settings, 1 << 30);
  suffix.add("a b a");
  suffix.finish();
  REQUIRE(sentences(suffix) == std::map<std::string, std::uint64_t>{{"a\u2581", 2}, {"b\u2581", 1}});
  REQUIRE(suffix.units().size() == 1);

  settings = plain();
  settings.split_by_whitespace = false;
  SentencePieceCorpus whole(settings, 1 << 30);
  whole.add("a b");
  whole.finish();
  REQUIRE(sentences(whole) == std::map<std::string, std::uint64_t>{{"\u2581a\u2581b", 1}});
}

TEST_CASE("nothing to train on is an error, and so are more words than memory holds") {
  SentencePieceCorpus corpus(plain(), 1 << 30);
  corpus.add("");
  REQUIRE_THROWS_AS(corpus.finish(), Error);
  SentencePieceCorpus small(plain(), 1 << 16);
  const auto add_words = [&] {
    for (int i = 0; i < 100000; ++i) small.add("word" + std::to_string(i));
  };
  REQUIRE_THROWS_AS(add_words(), Error);
}

}  // namespace quern
