#include "corpora/duplicate_counter.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>

using namespace quern;

TEST_CASE("duplicates are those a set finds") {
  std::mt19937 random(5);
  for (const unsigned distinct : {1u, 10u, 5000u, 1000000u}) {
    DuplicateCounter counter(std::uint64_t{1} << 30);
    std::set<std::string> seen;
    std::uint64_t repeated = 0;
    for (int i = 0; i < 20000; ++i) {
      const std::string key = "字" + std::to_string(random() % distinct);
      counter.add(hash128(key));
      repeated += !seen.insert(key).second;
    }
    CHECK(counter.repeated() == repeated);
    CHECK(counter.counted() == 20000);
    CHECK(counter.is_complete());
  }
}

TEST_CASE("keys that meet in one slot, and the one that marks an empty slot, are kept apart") {
  DuplicateCounter counter(std::uint64_t{1} << 20);
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t high = 0; high < 100; ++high) counter.add({0, high});
  }
  CHECK(counter.repeated() == 100);
}

TEST_CASE("what the budget does not hold is not looked at, and said") {
  DuplicateCounter counter(
      100'000);  // 2,048 slots of 16 bytes; growing them would take 98,304 with the old ones, then 196,608
  for (std::uint64_t i = 0; i < 10'000; ++i) counter.add({i, i + 1});
  CHECK_FALSE(counter.is_complete());
  CHECK(counter.counted() < 4096);
  CHECK(counter.counted() > 2048);
  CHECK(counter.repeated() == 0);
}

TEST_CASE("the hash is XXH3's 128-bit one") {
  CHECK(hash128("").low == 0x6001c324468d497full);
  CHECK(hash128("").high == 0x99aa06d3014798d8ull);
}
