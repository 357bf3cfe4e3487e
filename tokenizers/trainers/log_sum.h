// log(e^x + e^y): SentencePiece's in floats to the last bit, and in doubles.
//
// The float one is float(max + log1p(exp(min - max))) with log1p and exp in double. They are slow, and floats are few: a table
// of 544 places with the first derivatives gives log1p(exp(d)) to 1e-9, and where that leaves open which float is nearest,
// about once in ten thousand times, the functions are asked.
#pragma once

#include <array>
#include <cmath>

namespace quern {

class LogSumTable {
 public:
  LogSumTable() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const double x = -static_cast<double>(i) / kPerUnit, s = 1 / (1 + std::exp(-x));
      places_[i] = {std::log1p(std::exp(x)), s, s * (1 - s) / 2, s * (1 - s) * (1 - 2 * s) / 6};
    }
  }

  float operator()(float x, float y) const {
    const float low = x < y ? x : y, high = x < y ? y : x;
    const float distance = low - high;
    if (distance > -kLast) [[likely]] {
      const auto i = static_cast<std::size_t>(-distance * kPerUnit + 0.5f);
      const double d = static_cast<double>(distance) + static_cast<double>(i) / kPerUnit;
      const auto& place = places_[i];
      const double sum = static_cast<double>(high) + (place[0] + d * (place[1] + d * (place[2] + d * place[3])));
      const auto below = static_cast<float>(sum - kError), above = static_cast<float>(sum + kError);
      if (below == above) [[likely]] return below;
    } else if (high > 2 || high < -2) {
      return high;  // what is added, below 5e-8, is less than half of the last bit
    }
    return exact(low, high);
  }

  static float exact(float low, float high) {
    if (high > low + 50) return high;
    return static_cast<float>(static_cast<double>(high) + std::log1p(std::exp(static_cast<double>(low - high))));
  }

 private:
  static constexpr int kPerUnit = 32;
  static constexpr float kLast = 16.9f;
  static constexpr double kError = 1e-9;
  std::array<std::array<double, 4>, 17 * kPerUnit> places_;
};

inline float log_sum(float x, float y) {
  static const LogSumTable table;
  return table(x, y);
}
inline double log_sum(double x, double y) {
  const double low = x < y ? x : y, high = x < y ? y : x;
  return high > low + 50 ? high : high + std::log(std::exp(low - high) + 1);
}

}  // namespace quern
