#include "tokenizers/trainers/log_sum.h"

#include <catch2/catch.hpp>
#include <random>

namespace quern {

TEST_CASE("the table gives the floats of the functions it stands for") {
  std::mt19937 random(1);
  const auto uniform = [&](float low, float high) { return std::uniform_real_distribution<float>(low, high)(random); };
  std::size_t wrong = 0;
  for (int i = 0; i < 2'000'000; ++i) {
    const float high = uniform(i % 5 == 0 ? -3.0f : -5000.0f, 3.0f);
    const float low = high - std::abs(uniform(0, 1) < 0.1f ? uniform(15, 60) : uniform(0, i % 2 ? 20.0f : 0.5f));
    wrong += log_sum(low, high) != LogSumTable::exact(low, high) || log_sum(high, low) != LogSumTable::exact(low, high);
  }
  REQUIRE(wrong == 0);
  for (const float x : {0.0f, -1.0f, 1.0f, -16.9f, -1e-30f}) {
    for (const float distance : {0.0f, 1e-7f, 1 / 64.0f, 16.89f, 16.9f, 16.91f, 49.9f, 50.1f, 1e30f}) {
      REQUIRE(log_sum(x, x - distance) == LogSumTable::exact(x - distance, x));
    }
  }
}

TEST_CASE("in doubles it is the logarithm of the sum") {
  REQUIRE(log_sum(std::log(2.0), std::log(3.0)) == Approx(std::log(5.0)));
  REQUIRE(log_sum(-1000.0, 0.0) == 0.0);
}

}  // namespace quern
