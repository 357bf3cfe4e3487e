#include "cli/suggest.h"

#include <catch2/catch.hpp>
#include <random>

using namespace quern::cli;

namespace {

// Straight from the definition, exponential: fine for five letters.
std::size_t naive_distance(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  std::size_t best = std::min(naive_distance(a.substr(1), b), naive_distance(a, b.substr(1))) + 1;
  best = std::min(best, naive_distance(a.substr(1), b.substr(1)) + (a[0] == b[0] ? 0 : 1));
  if (a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0]) {
    best = std::min(best, naive_distance(a.substr(2), b.substr(2)) + 1);
  }
  return best;
}

}  // namespace

TEST_CASE("edit distance is what its definition says, on generated words") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string a, b;
    for (auto n = random() % 6; n > 0; --n) a += static_cast<char>('a' + random() % 3);
    for (auto n = random() % 6; n > 0; --n) b += static_cast<char>('a' + random() % 3);
    INFO(a << " " << b);
    CHECK(edit_distance(a, b) == naive_distance(a, b));
  }
}

TEST_CASE("a near word is suggested, a far one is not") {
  const std::vector<std::string> names = {"encode", "decode", "tokenizer train", "corpus stats"};
  CHECK(nearest("encdoe", names) == "encode");
  CHECK(nearest("tokeniser train", names) == "tokenizer train");
  CHECK(nearest("enc", names) == "encode");  // the beginning of it
  CHECK(nearest("zebra", names).empty());
  CHECK(nearest("", names).empty());
  CHECK(nearest("x", {}).empty());
}

TEST_CASE("alternatives read as a sentence") {
  CHECK(alternatives({"a"}) == "a");
  CHECK(alternatives({"a", "b"}) == "a or b");
  CHECK(alternatives({"a", "b", "c"}) == "a, b or c");
}
