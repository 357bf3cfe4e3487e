#include "corpora/corpus_statistics.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "tests/corpora/naive_records.h"
#include "tests/support/temporary_directory.h"

using namespace quern;

namespace {

CorpusStatistics measure_file(const std::string& path, std::size_t block_bytes) {
  RecordFormat format;
  format.on_invalid = OnInvalid::keep;
  CorpusStatistics corpus(std::uint64_t{1} << 30);
  unicode::WordBreaker breaker;
  BlockReader reader({path}, format, {.block_bytes = block_bytes});
  for (RawBlock raw; reader.next(raw);) corpus.add(measure(extract(std::move(raw), format), breaker));
  return corpus;
}

std::uint64_t characters_of(const CorpusStatistics& corpus, const std::string& script) {
  for (const auto& share : corpus.scripts()) {
    if (share.name == script) return share.characters;
  }
  return 0;
}

}  // namespace

TEST_CASE("a small text is counted by hand") {
  const test::TemporaryDirectory directory;
  const auto corpus = measure_file(directory.write("a", "two words\n汉字\n\n汉字\nx\xff\n😀"), 5);
  CHECK(corpus.records() == 6);
  CHECK(corpus.empty_records() == 1);
  CHECK(corpus.bytes() == 9 + 6 + 0 + 6 + 2 + 4);
  CHECK(corpus.characters() == 9 + 2 + 0 + 2 + 2 + 1);
  CHECK(corpus.words() == 2 + 1 + 1 + 1);
  CHECK(corpus.duplicates().repeated() == 1);
  CHECK(characters_of(corpus, "Latin") == 9);
  CHECK(characters_of(corpus, "Han") == 4);
  CHECK(characters_of(corpus, "Common") == 3);  // a space, an emoji, U+FFFD
  CHECK(corpus.scripts().front().name == "Latin");
  CHECK(corpus.length_quantile(0) == 0);
  CHECK(corpus.length_quantile(0.5) == 2);
  CHECK(corpus.length_quantile(1) == 9);
}

TEST_CASE("nothing at all has no lengths") {
  const CorpusStatistics corpus(1 << 20);
  CHECK(corpus.records() == 0);
  CHECK(corpus.length_quantile(0.5) == 0);
  CHECK(corpus.scripts().empty());
}

TEST_CASE("numbers do not depend on the block size, and are the naive ones") {
  std::mt19937 random(6);
  const test::TemporaryDirectory directory;
  const std::string content = test::generated_text(random, 2000);
  const std::string path = directory.write("a", content);
  std::set<std::string> distinct;
  std::uint64_t characters = 0, repeated = 0;
  std::vector<std::uint64_t> lengths;
  for (const std::string& record : test::naive_split(content, Records::lines)) {
    lengths.push_back(utf8::count_code_points(utf8::replace_invalid(record)));
    characters += lengths.back();
    repeated += !distinct.insert(record).second;
  }
  std::sort(lengths.begin(), lengths.end());
  for (const std::size_t block : {1, 50, 1 << 20}) {
    const auto corpus = measure_file(path, block);
    CHECK(corpus.records() == lengths.size());
    CHECK(corpus.characters() == characters);
    CHECK(corpus.duplicates().repeated() == repeated);
    CHECK(corpus.words() == measure_file(path, 64).words());
    for (const double share : {0.01, 0.25, 0.5, 0.9}) {
      CHECK(corpus.length_quantile(share) ==
            lengths[static_cast<std::size_t>(std::ceil(share * double(lengths.size()))) - 1]);
    }
  }
}
