#include "tokenizers/normalizers/code_point_map.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

using namespace quern;
using normalizers::CodePointMap;

TEST_CASE("values set one by one and by ranges, over one another, are all found") {
  CodePointMap<std::uint8_t> map;
  std::map<char32_t, std::uint8_t> expected;
  std::mt19937 random(2);
  for (int round = 0; round < 400; ++round) {
    const char32_t first = random() % 4000,
                   last = std::min<char32_t>(first + random() % (round % 2 == 0 ? 300 : 1), 0x10FFFF);
    const auto value = static_cast<std::uint8_t>(random());
    map.set({first, last}, value);
    for (char32_t c = first; c <= last; ++c) expected[c] = value;
  }
  map.set({0x10FFC0, 0x10FFFF}, 9);
  for (char32_t c = 0; c < 5000; ++c) REQUIRE(map[c] == (expected.contains(c) ? expected[c] : 0));
  CHECK(map[0x10FFFF] == 9);
  CHECK(map[0x10FFBF] == 0);
}
