#include "tokenizers/formats/decimal_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace quern::formats {
namespace {

constexpr int kLeastDigits = 16;  // below, fewer digits than a double has
constexpr int kMostDigits = 19;   // that always fit 64 bits

// "12345" with the decimal point behind `point` digits: 123.45, 1234500.0, 0.0012345, or 1.2345e+30.
std::string lay_out(const std::string& digits, int point) {
  const int size = static_cast<int>(digits.size());
  if (point > 16 || point <= -5) {
    std::string text = digits.substr(0, 1);
    if (size > 1) text += "." + digits.substr(1);
    return text + (point > 0 ? "e+" : "e") + std::to_string(point - 1);
  }
  if (point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (point >= size) return digits + std::string(static_cast<std::size_t>(point - size), '0') + ".0";
  return digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
}

struct Decimal {
  std::string digits;
  int point;  // the decimal point stands behind so many digits
};

Decimal split(const std::string& scientific) {  // d.dddde+xx
  const std::size_t e = scientific.find('e');
  std::string digits = scientific.substr(0, 1);
  if (e > 2) digits += scientific.substr(2, e - 2);
  return {digits, std::stoi(scientific.substr(e + 1)) + 1};
}

// A number above 0 in so many digits.
Decimal digits_of(long double value, int count) {
  char buffer[40];
  return split({buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, count - 1).ptr});
}

// And in as few as read back equal.
Decimal shortest_digits_of(double value) {
  char buffer[40];
  return split({buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr});
}

std::string decimal_of(double value) {
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  const Decimal decimal = shortest_digits_of(std::fabs(value));
  return (value < 0 ? "-" : "") + lay_out(decimal.digits, decimal.point);
}

double power_of_ten(int exponent) {
  double power = 0;
  const std::string text = "1e" + std::to_string(exponent);
  std::from_chars(text.data(), text.data() + text.size(), power);
  return power;
}

// At most 19 digits, and a short exponent.
double read_short(std::string_view decimal) {
  constexpr int kLargest = 308;
  const std::size_t e = decimal.find_first_of("eE");
  int exponent = e == decimal.npos ? 0 : std::stoi(std::string(decimal.substr(e + 1)));
  std::uint64_t significand = 0;
  bool behind_point = false;
  for (const char c : decimal.substr(0, e)) {
    if (c == '.') behind_point = true;
    if (c < '0' || c > '9') continue;
    significand = significand * 10 + static_cast<std::uint64_t>(c - '0');
    if (behind_point) --exponent;
  }
  auto value = static_cast<double>(significand);
  for (; exponent < -kLargest; exponent += kLargest) value /= power_of_ten(kLargest);
  value = exponent >= 0 ? value * power_of_ten(exponent) : value / power_of_ten(-exponent);
  return decimal.starts_with('-') ? -value : value;
}

}  // namespace

double read_as_hugging_face(const std::string& decimal, double nearest) {
  constexpr std::ptrdiff_t kExponentDigits = 3;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto exponent = std::find_if(decimal.begin(), decimal.end(), [](char c) { return c == 'e' || c == 'E'; });
  const bool is_short = std::count_if(decimal.begin(), exponent, is_digit) <= kMostDigits && std::count_if(exponent, decimal.end(), is_digit) <= kExponentDigits;
  return read_short(is_short ? decimal : decimal_of(nearest));
}

std::string decimal_for_hugging_face(double value) {
  const std::string shortest = decimal_of(value);
  if (read_short(shortest) == value) return shortest;
  // The second rounding is off by an ulp or two, so the text of a number that lies as far to a side comes out right.
  constexpr int kReach = 12;  // quarters of an ulp
  const double size = std::fabs(value), ulp = std::nextafter(size, HUGE_VAL) - size;
  for (int count = kLeastDigits; count <= kMostDigits; ++count) {
    for (int step = 1; step <= 2 * kReach; ++step) {
      const int quarters = step % 2 == 0 ? step / 2 : -(step / 2) - 1;
      const Decimal near = digits_of(size + static_cast<long double>(ulp) * quarters / 4, count);
      const std::string text = (value < 0 ? "-" : "") + lay_out(near.digits, near.point);
      if (read_short(text) == value) return text;
    }
  }
  return shortest;
}

}  // namespace quern::formats
