#include "core/io/external_counts.h"

#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "core/error.h"
#include "core/threads.h"
#include "tests/support/failing_calls.h"
#include "tests/support/temporary_directory.h"

using namespace quern;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

// Deterministic by i: some hot, most rare, long ones among them.
std::string nth(unsigned i) {
  std::mt19937 random(i);
  const unsigned rank = random() % 4 == 0 ? random() % 50 : random() % 60000;
  return "麦" + std::to_string(rank * 2654435761u) + std::string(rank % 7 == 0 ? 40 : 0, '\xFF');
}

constexpr unsigned kAdded = 300000;

void add_share(ExternalCounts& counts, int workers, int worker) {
  for (unsigned i = static_cast<unsigned>(worker); i < kAdded; i += static_cast<unsigned>(workers)) counts.add(worker, nth(i), 0, 1 + i % 3);
}

Counts read(ExternalCounts& counts) {
  Counts found;
  counts.for_each([&](std::string_view bytes, std::uint64_t count) {
    CHECK((found.empty() || found.rbegin()->first < bytes));
    found.emplace_hint(found.end(), bytes, count);
  });
  return found;
}

}  // namespace

TEST_CASE("external counts are those of a map, whatever the memory and the workers, as often as they are read") {
  Counts expected;
  for (unsigned i = 0; i < kAdded; ++i) expected[nth(i)] += 1 + i % 3;
  std::uint64_t total = 0;
  for (const auto& [bytes, count] : expected) total += count;
  for (const int workers : {1, 2, 30}) {
    for (const std::uint64_t memory : {std::uint64_t{1} << 20, std::uint64_t{4} << 20, std::uint64_t{1} << 30}) {
      ExternalCounts counts({.workers = workers, .memory = memory});
      parallel_for(workers, static_cast<std::size_t>(workers), [&](std::size_t w) { add_share(counts, workers, static_cast<int>(w)); });
      if (workers < 30) CHECK(counts.spilled() == (memory < std::uint64_t{1} << 30));
      CHECK(counts.total() == total);
      if (workers == 2) counts.spill();
      CHECK(read(counts) == expected);
      CHECK(read(counts) == expected);
      counts.clear();
      counts.add(0, "again");
      CHECK(read(counts) == Counts{{"again", 1}});
    }
  }
}

TEST_CASE("without spilling the counts of all workers can be had in one table, in no order") {
  ExternalCounts counts({.workers = 3});
  for (int worker = 0; worker < 3; ++worker) add_share(counts, 3, worker);
  const CountTable* table = counts.gather();
  REQUIRE(table != nullptr);
  Counts gathered;
  table->for_each([&](std::string_view bytes, std::uint64_t count) { gathered.emplace(bytes, count); });
  CHECK(read(counts) == gathered);
  gathered.clear();
  counts.gather()->for_each([&](std::string_view bytes, std::uint64_t count) { gathered.emplace(bytes, count); });  // sorted by now
  CHECK(read(counts) == gathered);
}

TEST_CASE("more runs than can be merged at once are merged in rounds") {
  Counts expected;
  ExternalCounts counts({.workers = 1, .memory = 1 << 20});
  for (unsigned run = 0; run < 100; ++run) {
    for (unsigned i = 0; i < 20; ++i) {
      counts.add(0, nth(run * 7 + i));
      ++expected[nth(run * 7 + i)];
    }
    counts.spill();
  }
  CHECK(read(counts) == expected);
  CHECK(counts.total() == 2000);
  CHECK(read(counts) == expected);
}

TEST_CASE("whichever call fails while counts are spilled, it is an error and nothing is left behind") {
  const test::TemporaryDirectory directory;
  for (int call = 0; call < 12; ++call) {
    ExternalCounts counts({.workers = 1, .memory = 1 << 20, .tmpdir = directory.path()});
    test::FailingCalls faults({.call = call, .error = ENOSPC});
    CHECK_THROWS_AS(add_share(counts, 1, 0), Error);
    CHECK(faults.happened());
    CHECK(directory.names().empty());
  }
}
