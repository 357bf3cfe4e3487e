#include "tokenizers/trainers/character_map.h"

#include <catch2/catch.hpp>
#include <map>

namespace quern {

TEST_CASE("every code point has a value of its own, first and last included") {
  CharacterMap<int> values;
  const std::map<char32_t, int> expected = {{U'\0', 1}, {U'a', 2}, {U'\u2581', 3}, {U'\u25FF', 4}, {U'\u2600', 5}, {U'\U0010FFFF', 6}};
  for (const auto& [c, value] : expected) values[c] = value;
  std::map<char32_t, int> seen;
  values.for_each([&](char32_t c, int value) {
    if (value != 0) seen.emplace(c, value);
  });
  REQUIRE(seen == expected);
  REQUIRE(values.get(U'a') == 2);
  REQUIRE(values.get(U'b') == 0);
  REQUIRE(values.get(U'\u4e00') == 0);
}

}  // namespace quern
