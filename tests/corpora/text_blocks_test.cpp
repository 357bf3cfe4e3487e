#include "corpora/text_blocks.h"

#include <catch2/catch.hpp>
#include <functional>

#include "core/error.h"
#include "core/json.h"
#include "tests/corpora/naive_records.h"
#include "tests/support/compress.h"
#include "tests/support/temporary_directory.h"

using namespace quern;
using quern::test::block_records;
using quern::test::naive_records;
using quern::test::TemporaryDirectory;
using Texts = std::vector<std::string>;

namespace {

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error was thrown");
  throw;
}

RecordFormat form(Records records, OnInvalid on_invalid = OnInvalid::replace) {
  RecordFormat format;
  format.records = records;
  format.field = "text";
  format.column = 2;
  format.on_invalid = on_invalid;
  return format;
}

RecordFormat skipping_bad(RecordFormat format) { return format.on_bad_record = OnBadRecord::skip, format; }

Texts texts(const std::vector<std::string>& files, const RecordFormat& format = {}, BlockOptions options = {}) {
  Texts all;
  for (const auto& record : block_records(files, format, options).records) all.push_back(record.text);
  return all;
}

void check_same(const test::RecordList& got, const test::RecordList& expected) {
  CHECK(got.records == expected.records);
  CHECK(got.damage.invalid_records == expected.damage.invalid_records);
  CHECK(got.damage.invalid_sequences == expected.damage.invalid_sequences);
  CHECK(got.damage.bad_records == expected.damage.bad_records);
  CHECK(got.damage.first_invalid.path == expected.damage.first_invalid.path);
  CHECK(got.damage.first_invalid.line == expected.damage.first_invalid.line);
  CHECK(got.damage.first_bad.path == expected.damage.first_bad.path);
  CHECK(got.damage.first_bad.line == expected.damage.first_bad.line);
}

}  // namespace

TEST_CASE("blocks of any size give the records of the naive splitter") {
  std::mt19937 random(1);
  const TemporaryDirectory directory;
  for (int round = 0; round < 4; ++round) {
    const std::vector<std::string> files = {
        directory.write("a", test::generated_text(random, 60)),
        directory.write("b", ""),
        directory.write("c", "\xef\xbb\xbf" + test::generated_text(random, 20)),
        directory.write("d",
                        test::gzip(test::generated_text(random, 40)) + test::gzip(test::generated_text(random, 20))),
        directory.write("e", "\n"),
    };
    for (const Records records : {Records::lines, Records::null, Records::tsv, Records::document}) {
      for (const OnInvalid policy : {OnInvalid::replace, OnInvalid::skip, OnInvalid::keep}) {
        const RecordFormat format = skipping_bad(form(records, policy));
        const auto expected = naive_records(files, format);
        for (std::size_t block = 1; block <= 65; ++block) {
          INFO("round " << round << ", form " << int(records) << ", policy " << int(policy) << ", block " << block);
          check_same(block_records(files, format, {.block_bytes = block == 65 ? 1 << 20 : block}), expected);
        }
      }
    }
  }
}

TEST_CASE("records of two files do not join when the first lacks its last line end") {
  const TemporaryDirectory directory;
  const std::vector<std::string> files = {directory.write("a", "one\ntwo"), directory.write("b", "three")};
  CHECK(texts(files) == Texts{"one", "two", "three"});
  CHECK(block_records(files, {}, {}).unterminated);
  CHECK_FALSE(block_records({directory.write("c", "x\n")}, {}, {}).unterminated);
}

TEST_CASE("a carriage return belongs to its record, an empty line is a record, an empty file holds none") {
  const TemporaryDirectory directory;
  CHECK(texts({directory.write("a", "a\r\n\nb\n")}) == Texts{"a\r", "", "b"});
  CHECK(texts({directory.write("b", "")}).empty());
  CHECK(texts({directory.write("b", "")}, form(Records::document)) == Texts{""});
}

TEST_CASE("a byte order mark is dropped at the start of a file and nowhere else") {
  const TemporaryDirectory directory;
  const std::string mark = "\xef\xbb\xbf";
  CHECK(texts({directory.write("a", mark + "a\n" + mark + "b\n")}) == Texts{"a", mark + "b"});
  CHECK(texts({directory.write("b", mark)}).empty());
  CHECK(texts({directory.write("c", "\xef\xbb")}, form(Records::lines, OnInvalid::keep)) == Texts{"\xef\xbb"});
  BlockReader reader({directory.write("d", mark + "a\n")}, {});
  RawBlock raw;
  REQUIRE(reader.next(raw));
  CHECK(raw.first_byte == 3);
}

TEST_CASE("ill-formed UTF-8 is refused with its place, or counted with its first place") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a", "fine\n好\nbro\xffken \xe5\xad\nalso \xff\n");
  for (const std::size_t block : {1, 7, 1000}) {
    const auto error = error_of([&] { texts({path}, form(Records::lines, OnInvalid::error), {.block_bytes = block}); });
    CHECK(error.code() == ErrorCode::input);
    CHECK(error.describe() == path + ":3:12: not valid UTF-8; use --on-invalid replace, skip or keep");
    const auto damage = block_records({path}, {}, {.block_bytes = block}).damage;
    CHECK(damage.invalid_records == 2);
    CHECK(damage.invalid_sequences == 3);
    CHECK(damage.first_invalid.line == 3);
    CHECK(damage.first_invalid.byte == 12);
  }
  CHECK(texts({path}) == Texts{"fine", "好", "bro\uFFFDken \uFFFD", "also \uFFFD"});
  CHECK(texts({path}, form(Records::lines, OnInvalid::keep))[2] == "bro\xffken \xe5\xad");
  CHECK(texts({path}, form(Records::lines, OnInvalid::skip)) == Texts{"fine", "好"});
}

TEST_CASE("a column is taken literally, quotes included; a row without it is a bad record") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.tsv", "1\t\"x\"\t\n2\n3\ty\\n\n");
  const auto all = block_records({path}, skipping_bad(form(Records::tsv)), {});
  CHECK(all.records == std::vector<test::Record>{{path, 1, "\"x\""}, {path, 3, "y\\n"}});
  CHECK(all.damage.bad_records == 1);
  CHECK(error_of([&] { texts({path}, form(Records::tsv)); }).describe() ==
        path +
            ":2: row has 1 column, column 2 was asked for; choose another with --tsv COLUMN, "
            "or skip such records with --on-bad-record skip");
}

TEST_CASE("fields of JSON lines, whatever the block") {
  const TemporaryDirectory directory;
  std::mt19937 random(2);
  std::string content;
  Texts expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back(utf8::replace_invalid(test::generated_text(random, 8)));
    content += Json{{"id", i}, {"text", expected.back()}, {"more", {{"text", "not this"}}}}.dump(-1, ' ', i % 2 == 0);
    content += i % 5 == 0 ? "\r\n" : "\n";
    if (i % 7 == 0) content += " \n";
  }
  const std::string path = directory.write("a.jsonl.zst", test::zstd(content));
  for (const std::size_t block : {1, 13, 64, 1000, 1 << 20}) {
    const auto all = block_records({path}, form(Records::jsonl), {.block_bytes = block});
    REQUIRE(all.records.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(all.records[i].text == expected[i]);
    CHECK(all.records[0].line == 1);
    CHECK(all.records[1].line == 3);  // a blank line stands between
  }
}

TEST_CASE("a bad JSON record is named by its line, or skipped and counted") {
  const TemporaryDirectory directory;
  const std::string path =
      directory.write("a.jsonl", "{\"text\":\"x\"}\n{\"text\":7}\n{\"t\":\"y\"}\n[]\n{\"text\":\"z\"}");
  CHECK(error_of([&] { texts({path}, form(Records::jsonl)); }).describe() ==
        path +
            ":2: field \"text\" is a number, expected a string; choose another with --jsonl FIELD, "
            "or skip such records with --on-bad-record skip");
  for (const std::size_t block : {1, 20, 1000}) {
    const auto all = block_records({path}, skipping_bad(form(Records::jsonl)), {.block_bytes = block});
    CHECK(all.records == std::vector<test::Record>{{path, 1, "x"}, {path, 5, "z"}});
    CHECK(all.damage.bad_records == 3);
    CHECK(all.damage.first_bad.line == 2);
    CHECK(all.damage.first_bad_reason == "field \"text\" is a number, expected a string");
  }
}

TEST_CASE("lone surrogates and stray bytes in JSON follow the UTF-8 policy") {
  const TemporaryDirectory directory;
  const std::string path = directory.write(
      "a", "{\"text\":\"fine\"}\n{\"text\":\"a\\ud800b\"}\n{\"text\":\"\\ud83d\\ude00\\udc00 \xff\"}\n");
  const auto read = [&](OnInvalid policy) { return texts({path}, form(Records::jsonl, policy)); };
  CHECK(read(OnInvalid::replace) == Texts{"fine", "a\uFFFDb", "😀\uFFFD \uFFFD"});
  CHECK(read(OnInvalid::keep) == Texts{"fine",
                                       "a\xed\xa0\x80"
                                       "b",
                                       "😀\xed\xb0\x80 \xff"});
  CHECK(read(OnInvalid::skip) == Texts{"fine"});
  CHECK(error_of([&] { read(OnInvalid::error); }).describe() ==
        path + ":2:26: not valid UTF-8; use --on-invalid replace, skip or keep");
  const auto damage = block_records({path}, form(Records::jsonl), {}).damage;
  CHECK(damage.invalid_records == 2);
  CHECK(damage.invalid_sequences == 3);
  CHECK(damage.first_invalid.line == 2);
  CHECK(damage.first_invalid.byte == 26);
  CHECK(damage.bad_records == 0);
}

TEST_CASE("a record beyond the limit is an error that names its line") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a", "short\n" + std::string(100, 'x') + "\nshort\n");
  CHECK(texts({path}, {}, {.block_bytes = 10, .record_limit = 100}).size() == 3);
  const auto error = error_of([&] { texts({path}, {}, {.block_bytes = 10, .record_limit = 99}); });
  CHECK(error.code() == ErrorCode::memory);
  CHECK(error.where().line == 2);
  CHECK(error.message() == "a record is longer than 99 bytes");
  CHECK_THROWS_AS(texts({path}, form(Records::document), {.block_bytes = 10, .record_limit = 99}), Error);
}

TEST_CASE("a missing file shows before any record is read") {
  const TemporaryDirectory directory;
  CHECK_THROWS_AS(BlockReader({directory.write("a", "x\n"), directory / "missing"}, {}), Error);
}

TEST_CASE("progress ends at the total, in bytes on disk") {
  const TemporaryDirectory directory;
  const std::string packed = test::gzip("three\n");
  BlockReader reader({directory.write("a", "one\ntwo\n"), directory.write("b.gz", packed), directory.write("c", "")},
                     {});
  RawBlock raw;
  std::uint64_t last = 0;
  while (reader.next(raw)) {
    CHECK(reader.position() >= last);
    last = reader.position();
  }
  CHECK(reader.position() == reader.total());
  CHECK(reader.total() == 8 + packed.size());
}

TEST_CASE("for_each_block passes every block on in order, for any number of threads") {
  const TemporaryDirectory directory;
  std::mt19937 random(3);
  const std::vector<std::string> files = {directory.write("a", test::generated_text(random, 3000)),
                                          directory.write("b", test::generated_text(random, 500))};
  const auto expected = naive_records(files, {});
  for (const int threads : {1, 2, 7}) {
    BlockReader reader(files, {}, {.block_bytes = 100});
    test::RecordList got;
    got.damage = for_each_block<std::vector<test::Record>>(
        reader, {}, threads,
        [](const TextBlock& block, int) {
          std::vector<test::Record> found;
          for (std::size_t i = 0; i < block.size(); ++i) {
            found.push_back({block.path(), block.line(i), std::string(block[i])});
          }
          return found;
        },
        [&](const std::vector<test::Record>& found) {
          got.records.insert(got.records.end(), found.begin(), found.end());
        });
    check_same(got, expected);
  }
}

TEST_CASE("a record's number counts all before it, of every file, whatever the blocks and whatever was left out") {
  const TemporaryDirectory directory;
  const std::string first = directory.write("first", "a\n\nb"), second = directory.write("second", "{\"text\":\"c\"}\n\n{\"text\":\"d\"}\n");
  const auto numbers = [](const std::vector<std::string>& files, const RecordFormat& format, std::size_t block_bytes) {
    std::vector<std::uint64_t> all;
    BlockReader reader(files, format, {.block_bytes = block_bytes});
    for (RawBlock raw; reader.next(raw);) {
      const TextBlock block = extract(std::move(raw), format);
      for (std::size_t i = 0; i < block.size(); ++i) all.push_back(block.number(i));
    }
    return all;
  };
  for (const std::size_t block_bytes : {1, 5, 1000}) {
    CHECK(numbers({first, first}, {}, block_bytes) == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5});
    CHECK(numbers({second, second}, form(Records::jsonl), block_bytes) == std::vector<std::uint64_t>{0, 2, 3, 5});
    CHECK(numbers({first, second}, form(Records::document), block_bytes) == std::vector<std::uint64_t>{0, 1});
  }
}
