#include "tokenizers/trainers/piece_counts.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>

using quern::PieceCounts;

namespace {
std::map<std::string, std::uint64_t> contents(const PieceCounts& counts) {
  std::map<std::string, std::uint64_t> map;
  counts.for_each([&](std::string_view piece, std::uint64_t count) {
    CHECK(map.emplace(std::string(piece), count).second);
  });
  return map;
}
}  // namespace

TEST_CASE("counts are those of a map, for short, long and zero-filled pieces") {
  std::mt19937 random(7);
  std::map<std::string, std::uint64_t> expected;
  PieceCounts counts, other;
  std::uint64_t total = 0;
  for (int i = 0; i < 60000; ++i) {
    std::string piece(1 + random() % 40, '\0');
    for (char& byte : piece) byte = static_cast<char>(random() % 3);
    if (random() % 2) piece.resize(1 + random() % 3);
    const std::uint64_t times = 1 + random() % 3;
    expected[piece] += times;
    total += times;
    const std::string padded = piece + std::string(16, 'x');
    const std::string_view view(padded.data(), piece.size());
    (random() % 2 ? counts : other).add(view, random() % 2 ? padded.size() : view.size(), times);
  }
  counts.add(other);
  CHECK(contents(counts) == expected);
  CHECK(counts.distinct() == expected.size());
  CHECK(counts.total() == total);
}

TEST_CASE("pieces larger than a chunk of the arena are kept whole") {
  PieceCounts counts;
  const std::string small(100, 's'), large(3 << 20, 'l');
  for (const std::string& piece : {small, large, small + "2", large, large + "2"}) counts.add(piece);
  CHECK(contents(counts) == std::map<std::string, std::uint64_t>{{small, 1}, {small + "2", 1}, {large, 2}, {large + "2", 1}});
}
