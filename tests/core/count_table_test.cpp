#include "core/count_table.h"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <string>

#include "core/error.h"

using namespace quern;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

// Short and long, prefixes of each other, zeros, CJK, bytes that are no UTF-8.
std::string random_bytes(std::mt19937& random) {
  static const std::string parts[] = {"a", "b", std::string(1, '\0'), "\xFF", "\x80", "麦", "子粉"};
  std::string bytes;
  const auto parts_wanted = 1 + random() % (random() % 3 == 0 ? 20 : 4);
  for (unsigned i = 0; i < parts_wanted; ++i) bytes += parts[random() % 7];
  return bytes;
}

Counts read(const CountTable& table) {
  Counts found;
  table.for_each([&](std::string_view bytes, std::uint64_t count) { CHECK(found.emplace(std::string(bytes), count).second); });
  return found;
}

}  // namespace

TEST_CASE("a count table counts as a map does, and its cursor goes through it as the map is ordered") {
  std::mt19937 random(7);
  Counts expected;
  CountTable table, other;
  std::uint64_t total = 0;
  for (int i = 0; i < 60000; ++i) {
    const std::string bytes = random_bytes(random), padded = bytes + std::string(16, 'x');
    const std::uint64_t times = random() % 3;
    if (times != 0) expected[bytes] += times;
    total += times;
    const std::string_view view(padded.data(), bytes.size());
    CHECK((random() % 2 ? table : other).add(view, random() % 2 ? padded.size() : view.size(), times));
  }
  table.add(other);
  CHECK(read(table) == expected);
  CHECK(table.distinct() == expected.size());
  CHECK(table.total() == total);

  table.sort();
  CountTable::Cursor cursor(table);
  for (const auto& [bytes, count] : expected) {
    REQUIRE(cursor.next());
    CHECK(cursor.key() == bytes);
    CHECK(cursor.count() == count);
  }
  CHECK_FALSE(cursor.next());

  table.clear();
  CHECK(table.add("a"));
  CHECK(read(table) == Counts{{"a", 1}});
}

TEST_CASE("strings larger than a chunk of the arena are kept whole") {
  CountTable table;
  const std::string small(100, 's'), large(3 << 20, 'l');
  for (const std::string& bytes : {small, large, small + "2", large, large + "2"}) CHECK(table.add(bytes));
  CHECK(read(table) == Counts{{small, 1}, {small + "2", 1}, {large, 2}, {large + "2", 1}});
}

TEST_CASE("a full table refuses what is new, still counts what it has, and never passes its limit") {
  constexpr std::size_t kLimit = std::size_t{2} << 20;
  CountTable table(kLimit);
  Counts expected;
  for (int round = 0; round < 3; ++round) {
    int i = 0;
    for (;; ++i) {
      const std::string bytes = std::to_string(i) + std::string(round == 1 ? 60 : 0, 'x');
      if (!table.add(bytes)) break;
      ++expected[bytes];
      REQUIRE(table.memory() <= kLimit);
    }
    CHECK(i > 5000);
    CHECK(table.add(expected.begin()->first));
    ++expected.begin()->second;
    CHECK(read(table) == expected);
    table.clear();
    expected.clear();
  }
  CHECK(table.add(std::string(2 * kLimit, 'l')));  // the only one
  CHECK_FALSE(table.add("a new one"));
}

TEST_CASE("a total beyond 2^64 is an error, not a small number") {
  CountTable table;
  CHECK(table.add("a", 0, ~std::uint64_t{0} - 1));
  CHECK(table.add("b"));
  CHECK_THROWS_AS(table.add("a"), Error);
  CHECK_THROWS_AS(table.add(std::string(40, 'c')), Error);
}
