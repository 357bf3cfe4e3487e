// Doubles as Hugging Face spells them and reads them back.
#include "tokenizers/formats/decimal_number.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <random>

namespace quern::formats {
namespace {

double read(const std::string& text) { return read_as_hugging_face(text, std::strtod(text.c_str(), nullptr)); }

}  // namespace

TEST_CASE("numbers are laid out as Hugging Face lays them out, in the fewest digits that read back equal") {
  const std::vector<std::pair<double, const char*>> cases = {{0, "0.0"},
                                                             {-0.0, "-0.0"},
                                                             {1, "1.0"},
                                                             {-10.25, "-10.25"},
                                                             {0.1, "0.1"},
                                                             {1e-5, "0.00001"},
                                                             {1e-6, "1e-6"},
                                                             {1.5e-7, "1.5e-7"},
                                                             {1e15, "1000000000000000.0"},
                                                             {1e16, "1e+16"},
                                                             {123456, "123456.0"},
                                                             {-3.2457748651504517, "-3.2457748651504517"}};
  for (const auto& [value, expected] : cases) CHECK(decimal_for_hugging_face(value) == expected);
}

TEST_CASE("numbers are read with Hugging Face's two roundings") {
  // As tokenizers 0.23.3 was seen to read three of T5's scores.
  CHECK(read("-2.0122928619384766") == -2.012292861938477);
  CHECK(read("-3.9598512649536133") == -3.9598512649536137);
  CHECK(read("-7.4370903968811035") == -7.437090396881104);
  CHECK(read("1e-310") == 1e-310);
  CHECK(read("-0.5") == -0.5);
  CHECK(read("2.5E+3") == 2500);
  CHECK(read("0.10000000000000000000000001") == 0.1);
  CHECK(read_as_hugging_face("0e99999999999", 0) == 0);
}

TEST_CASE("what was read is written so that it is read again; what no text gives is at most an ulp off") {
  std::mt19937_64 random(3);
  std::size_t unreachable = 0;
  for (int i = 0; i < 20000; ++i) {
    const double any = -20 * static_cast<double>(random() >> 11) * 0x1p-53, value = read_as_hugging_face("0e9999", any);  // by the shortest text of it
    CHECK(read(decimal_for_hugging_face(value)) == value);
    const double back = read(decimal_for_hugging_face(any));
    CHECK((back == any || back == std::nextafter(any, 0.0) || back == std::nextafter(any, -100.0)));
    unreachable += back != any;
  }
  CHECK(unreachable < 100);
}

}  // namespace quern::formats
