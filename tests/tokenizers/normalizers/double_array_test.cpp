#include "tokenizers/normalizers/double_array.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

using namespace quern;
using normalizers::ByteAutomaton;
using normalizers::DoubleArray;

namespace {

using Keys = std::map<std::string, std::uint32_t>;

DoubleArray of(const Keys& keys) { return DoubleArray(DoubleArray::build(ByteAutomaton({keys.begin(), keys.end()}))); }

std::string random_key(std::mt19937& random, int letters, int most) {
  std::string key;
  for (auto i = 1 + static_cast<int>(random() % static_cast<unsigned>(most)); i > 0; --i) {
    key += static_cast<char>(1 + random() % static_cast<unsigned>(letters));
  }
  return key;
}

}  // namespace

TEST_CASE("a double array finds what a map of its keys finds, for few and many different bytes") {
  std::mt19937 random(9);
  for (const auto& [letters, most, count] :
       {std::tuple{2, 6, 20}, {3, 40, 50}, {255, 3, 3000}, {255, 2, 20000}, {20, 4, 20000}}) {
    Keys keys;
    for (int i = 0; i < count; ++i)
      keys[random_key(random, letters, most)] = static_cast<std::uint32_t>(random() % 500);
    const DoubleArray array = of(keys);
    for (int i = 0; i < 20000; ++i) {
      const std::string text = random_key(random, letters, most + 2);
      DoubleArray::Match longest, shortest;
      bool is_prefix = false;
      for (std::size_t size = text.size(); size > 0; --size) {
        const auto key = keys.find(text.substr(0, size));
        if (key == keys.end()) continue;
        shortest = {size, key->second};
        if (longest.size == 0) longest = shortest;
      }
      const auto next = keys.lower_bound(text);
      is_prefix = next != keys.end() && next->first.starts_with(text);
      REQUIRE(array.longest(text).size == longest.size);
      REQUIRE(array.longest(text).value == longest.value);
      REQUIRE(array.shortest(text).size == shortest.size);
      REQUIRE(array.shortest(text).value == shortest.value);
      REQUIRE(array.is_prefix(text) == is_prefix);
    }
  }
}

TEST_CASE("equal tails are stored once") {
  Keys keys;
  for (int i = 0; i < 200; ++i) {
    for (int j = 0; j < 200; ++j) keys[std::string{static_cast<char>(i + 1), static_cast<char>(j + 1)}] = 7;
  }
  CHECK(DoubleArray::build(ByteAutomaton({keys.begin(), keys.end()})).size() < 2048);
}

TEST_CASE("no keys, nothing found") {
  CHECK(DoubleArray().longest("a").size == 0);
  CHECK(of({}).longest("a").size == 0);
  CHECK_FALSE(DoubleArray().is_prefix("a"));
}

TEST_CASE("a very long key is a key") {
  const std::string key(100000, 'k');
  CHECK(of({{key, 5}}).longest(key + "k").size == key.size());
}
