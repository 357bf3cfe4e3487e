#include "core/rng.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/support/reference_data.h"

using quern::Permutation;
using quern::Random;
using quern::StreamKind;

namespace {

std::string read(const std::string& name) { return quern::reference_data::read_fixture("neural/philox/" + name); }

// One tensor of a safetensors file, whose layout is: u64 header length, JSON header, data.
template <class T>
std::vector<T> tensor(const std::string& file, const quern::Json& header, std::size_t data, const std::string& name) {
  const std::size_t begin = header.at(name).at("data_offsets")[0], end = header.at(name).at("data_offsets")[1];
  std::vector<T> values((end - begin) / sizeof(T));
  std::memcpy(values.data(), file.data() + data + begin, end - begin);
  return values;
}

std::array<std::uint32_t, 4> words(const quern::Json& hex) {
  std::array<std::uint32_t, 4> out{};
  for (std::size_t i = 0; i < hex.size(); ++i) {
    out[i] = static_cast<std::uint32_t>(std::stoul(hex[i].get<std::string>(), nullptr, 16));
  }
  return out;
}

}  // namespace

TEST_CASE("Philox gives the known answers of its authors") {
  using Words = std::array<std::uint32_t, 4>;
  CHECK(quern::philox4x32_10({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(quern::philox4x32_10({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(quern::philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("draws are those of cuRAND for the same seed, subsequence and offset") {
  const Random random(20261123, 7);
  CHECK(random.word(3, 0) == 0xb3291d68);
  CHECK(random.word(3, 3) == 0x5a411c1d);
  CHECK(random.word(3, 4) == 0x98f04c76);
  CHECK(random.word(3, 17179869184) == 0xb6d02129);
  CHECK(random.word(3, 1099511627777) == 0x31ab66e8);
  CHECK(random.below(3, 0, 1000) == 699);
  CHECK(random.normal(3, 0) == Approx(-0.7252169847488403f));
  CHECK(random.normal(3, 1) == Approx(-0.43341657519340515f));
  CHECK(Random(0x123456789abcdef0, 0x02000005).word(1000, 0) == 0xc9de043a);
  CHECK(quern::stream(StreamKind::dropout, 5) == 0x02000005);
}

TEST_CASE("edges of the draws are exact") {
  const Random random(1, 2);
  for (std::uint64_t e = 0; e < 1000; ++e) {
    CHECK(random.uniform(0, e) < 1.0f);
    CHECK_FALSE(random.event(0, e, 0));
    CHECK(random.event(0, e, 1));
    CHECK(random.below(0, e, 1) == 0);
    CHECK(random.below(0, e, std::uint64_t{1} << 32) == random.word(0, e));
  }
}

TEST_CASE("draws agree with the recorded ones for every stream, step and element") {
  if (!quern::reference_data::fixtures_available()) return;
  const auto answers = quern::parse_json(read("philox4x32_10.json"), "philox4x32_10.json");
  const auto index = quern::parse_json(read("index.json"), "index.json");
  for (const auto& answer : answers) {
    const auto key = words(answer["key"]);
    CHECK(quern::philox4x32_10(words(answer["counter"]), {key[0], key[1]}) == words(answer["output"]));
  }
  const std::string file = read("mappings.safetensors");
  std::uint64_t length = 0;
  REQUIRE(file.size() > sizeof length);
  std::memcpy(&length, file.data(), sizeof length);
  const auto header = quern::parse_json(std::string_view(file).substr(sizeof length, length), "mappings.safetensors");
  const std::size_t data = sizeof length + length;
  for (const auto& c : index["cases"]) {
    const Random random(std::stoull(c["seed"].get<std::string>()), c["stream"]);
    const std::uint32_t step = c["step"];
    for (const char* place : {"start", "odd_start", "far"}) {
      const std::string name = std::to_string(c["case"].get<int>()) + "." + place + ".";
      const auto integers = [&](const char* what) { return tensor<std::int64_t>(file, header, data, name + what); };
      const auto floats = [&](const char* what) { return tensor<float>(file, header, data, name + what); };
      const auto bytes = [&](const char* what) { return tensor<std::uint8_t>(file, header, data, name + what); };
      const auto elements = integers("element"), word = integers("word"), below = integers("below_30522");
      const auto uniform = floats("uniform_open1"), normal = floats("normal");
      const auto tenth = bytes("dropped_0.1"), half = bytes("dropped_0.5");
      for (std::size_t i = 0; i < elements.size(); ++i) {
        const auto e = static_cast<std::uint64_t>(elements[i]);
        INFO(name << e);
        REQUIRE(random.word(step, e) == word[i]);
        REQUIRE(random.below(step, e, 30522) == below[i]);
        REQUIRE(random.uniform(step, e) == uniform[i]);
        REQUIRE(random.event(step, e, 0.1) == (tenth[i] != 0));
        REQUIRE(random.event(step, e, 0.5) == (half[i] != 0));
        const float next = std::nextafter(normal[i], random.normal(step, e));  // one rounding apart at most
        REQUIRE((random.normal(step, e) == normal[i] || random.normal(step, e) == next));
      }
    }
  }
}

TEST_CASE("a permutation meets every number once, and its inverse finds the way back") {
  for (const std::uint64_t n : {0, 1, 2, 3, 4, 5, 16, 17, 255, 256, 257, 1000, 4096, 65537, 1000003}) {
    const Permutation permutation(n, 42, quern::stream(StreamKind::shuffling));
    std::vector<bool> met(n);
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t image = permutation(i);
      if (image >= n || met[image] || permutation.inverse(image) != i) FAIL("n = " << n << ", position " << i);
      met[image] = true;
    }
  }
}

TEST_CASE("permutations of the largest sizes stay in range and go back") {
  for (const std::uint64_t n : {(std::uint64_t{1} << 32) + 1, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    const Permutation permutation(n, 7, 1);
    for (const std::uint64_t position : {std::uint64_t{0}, std::uint64_t{1}, n / 2, n - 1}) {
      CHECK(permutation(position) < n);
      CHECK(permutation.inverse(permutation(position)) == position);
    }
  }
}

TEST_CASE("a permutation never changes: shuffled corpora keep their order from version to version") {
  const auto beginning = [](std::uint64_t n, std::uint64_t seed, std::uint32_t stream) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(n, 6); ++i) out.push_back(Permutation(n, seed, stream)(i));
    return out;
  };
  using Positions = std::vector<std::uint64_t>;
  CHECK(beginning(5, 1, 0) == Positions{1, 4, 3, 2, 0});
  CHECK(beginning(1000, 42, 0x04000000) == Positions{161, 905, 445, 877, 248, 175});
  CHECK(beginning(10'000'000'000, 42, 0x04000000) ==
        Positions{3682267742, 1359806908, 1316972958, 5793706708, 2180051794, 1321061037});
}

TEST_CASE("all orders of four things are about equally likely, and seeds and streams matter") {
  constexpr int kRounds = 24000;
  std::map<std::vector<std::uint64_t>, int> seen;
  for (std::uint64_t seed = 0; seed < kRounds; ++seed) {
    const Permutation p(4, seed, 3);
    ++seen[{p(0), p(1), p(2), p(3)}];
  }
  CHECK(seen.size() == 24);
  // 1000 each is expected, with a standard deviation of 31.
  for (const auto& [order, count] : seen) CHECK(std::abs(count - 1000) < 160);

  std::set<std::uint64_t> places;
  for (std::uint32_t stream = 0; stream < 50; ++stream) places.insert(Permutation(1u << 30, 1, stream)(0));
  CHECK(places.size() == 50);
}
