#include <catch2/catch.hpp>

#include "core/error.h"
#include "corpora/text_blocks.h"
#include "tests/corpora/naive_records.h"
#include "tests/support/compress.h"
#include "tests/support/temporary_directory.h"

using namespace quern;
using quern::test::TemporaryDirectory;

namespace {

// What the header promises, naively: each record of a file with the byte at which it begins, dealt out by ranges.
std::vector<std::string> naive_shard(const std::string& content, char terminator, Shard shard) {
  const std::size_t begin = content.size() * shard.index / shard.count;
  const std::size_t end = content.size() * (shard.index + 1) / shard.count;
  std::vector<std::string> records;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t stop = std::min(content.find(terminator, at), content.size());
    std::string record = content.substr(at, stop - at);
    const bool marked = at == 0 && record.substr(0, 3) == "\xef\xbb\xbf";
    if (marked) record.erase(0, 3);
    const bool only_a_mark = marked && content.size() == 3;
    if (at >= begin && at < end && !only_a_mark) records.push_back(record);
    at = stop + 1;
  }
  return records;
}

}  // namespace

TEST_CASE("every record is in exactly one shard, the one whose range it begins in, for any block size") {
  std::mt19937 random(4);
  const TemporaryDirectory directory;
  for (int round = 0; round < 30; ++round) {
    const std::string mark = round % 3 == 0 ? "\xef\xbb\xbf" : "";
    const std::string content = mark + test::generated_text(random, random() % (round < 10 ? 5 : 60));
    const std::vector<std::string> files = {directory.write("a", content)};
    for (const Records records : {Records::lines, Records::null}) {
      RecordFormat format;
      format.records = records;
      format.on_invalid = OnInvalid::keep;
      for (const std::uint64_t count : {2u, 3u, 7u, 100u}) {
        std::size_t joined = 0;
        for (std::uint64_t index = 0; index < count; ++index) {
          const auto expected = naive_shard(content, records == Records::null ? '\0' : '\n', {index, count});
          joined += expected.size();
          for (const std::size_t block : {1, 2, 5, 16, 1000}) {
            std::vector<std::string> got;
            for (const auto& record :
                 test::block_records(files, format, {.block_bytes = block, .shard = {index, count}}).records) {
              got.push_back(record.text);
            }
            INFO("round " << round << ", shard " << index << " of " << count << ", block " << block);
            CHECK(got == expected);
          }
        }
        CHECK(joined == test::block_records(files, format, {}).records.size());
      }
    }
  }
}

TEST_CASE("a message from within a shard gives the byte, the line being unknown") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a", "0123456789\nfine\nbad \xff\n");
  RecordFormat format;
  format.on_invalid = OnInvalid::error;
  try {
    test::block_records({path}, format, {.shard = {1, 2}});
    FAIL("no error was thrown");
  } catch (const Error& error) {
    CHECK(error.where().line == 0);
    CHECK(error.where().byte == 20);
  }
}

TEST_CASE("documents are dealt out whole, compressed or not") {
  const TemporaryDirectory directory;
  const std::vector<std::string> files = {directory.write("a", "one\n"), directory.write("b", test::gzip("two\n")),
                                          directory.write("c", "three")};
  RecordFormat format;
  format.records = Records::document;
  using List = std::vector<test::Record>;
  CHECK(test::block_records(files, format, {.shard = {0, 2}}).records ==
        List{{files[0], 1, "one\n"}, {files[2], 1, "three"}});
  CHECK(test::block_records(files, format, {.shard = {1, 2}}).records == List{{files[1], 1, "two\n"}});
}

TEST_CASE("what cannot be cut into ranges is refused, with a way out") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.zst", test::zstd("one\ntwo\n"));
  try {
    test::block_records({path}, {}, {.shard = {0, 2}});
    FAIL("no error was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(error.describe() ==
          path +
              ": compressed, so it cannot be split into shards; decompress it first, or give each shard whole files");
  }
  CHECK(test::block_records({path}, {}, {.shard = {0, 1}}).records.size() == 2);
}

TEST_CASE("shards are written i/n, from 1") {
  CHECK(parse_shard("1/1").count == 1);
  CHECK(parse_shard("3/4").index == 2);
  for (const char* wrong : {"", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1/ 2", "9/99999999999999999999"}) {
    INFO(wrong);
    CHECK_THROWS_AS(parse_shard(wrong), Error);
  }
}
