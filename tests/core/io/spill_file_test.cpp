#include "core/io/spill_file.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "core/threads.h"
#include "tests/support/failing_calls.h"
#include "tests/support/temporary_directory.h"

using namespace quern;

TEST_CASE("blocks that many threads append are read back by many, and the file never has a name") {
  const test::TemporaryDirectory directory;
  SpillFile spill(directory.path());
  CHECK(spill.bytes() == 0);
  std::vector<SpillFile::Block> blocks(64);
  const auto content = [](std::size_t i) { return std::string(1000 + i * 37, static_cast<char>('a' + i % 26)); };
  parallel_for(4, blocks.size(), [&](std::size_t i) { blocks[i] = spill.append(content(i)); });
  CHECK(directory.names().empty());
  std::vector<int> good(blocks.size());
  parallel_for(4, blocks.size(), [&](std::size_t i) {
    std::string buffer;
    good[i] = spill.read(blocks[i], buffer) == content(i);
  });
  CHECK(std::count(good.begin(), good.end(), 1) == 64);
  const std::uint64_t held = spill.bytes();
  spill.release(blocks[3]);
  CHECK(spill.bytes() == held - blocks[3].size);
  CHECK(spill.most_bytes() == held);
  std::string buffer;
  CHECK(spill.read(blocks[4], buffer) == content(4));
}

TEST_CASE("a full disk is an error that names the place, and what was spilled before stays readable") {
  const test::TemporaryDirectory directory;
  for (const bool once : {true, false}) {
    SpillFile spill(directory.path());
    std::string buffer;
    const SpillFile::Block first = spill.append("first");
    {
      test::FailingCalls faults({.call = 0, .error = ENOSPC, .sticky = !once});
      try {
        spill.append("second");
        FAIL("no error");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::io);
        CHECK(error.where().path == directory.path());
        CHECK(error.remedy().find("--tmpdir") != std::string::npos);
      }
    }
    CHECK(spill.read(first, buffer) == "first");
    const SpillFile::Block third = spill.append("third");
    CHECK(spill.read(third, buffer) == "third");
  }
  {
    SpillFile spill(directory.path());
    test::FailingCalls faults({.call = 1, .short_write = true});  // 0 opens
    const SpillFile::Block block = spill.append("in two parts");
    std::string buffer;
    CHECK(faults.happened());
    CHECK(spill.read(block, buffer) == "in two parts");
  }
  SpillFile nowhere(directory / "missing");
  CHECK_THROWS_AS(nowhere.append("x"), Error);
}

TEST_CASE("a block that is not what was written is an error") {
  const test::TemporaryDirectory directory;
  SpillFile spill(directory.path());
  SpillFile::Block block = spill.append("grain");
  --block.size;
  std::string buffer;
  CHECK_THROWS_AS(spill.read(block, buffer), Error);
}
