// The UTF-8 functions against a naive decoder, on any bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/text/utf8.h"
#include "tests/core/text/naive_utf8.h"

namespace utf8 = quern::utf8;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expected = quern::naive::decode(text);
  std::uint64_t count = 0;
  require(utf8::is_valid(text) == (expected.count == 0));
  require(utf8::valid_prefix(text) == expected.valid_prefix);
  require(utf8::replace_invalid(text, &count) == expected.replaced);
  require(count == expected.count);
  require(utf8::is_valid(expected.replaced));
  require(utf8::count_code_points(expected.replaced) == expected.code_points);
  if (expected.count != 0) require(utf8::maximal_subpart(text, expected.valid_prefix) == expected.first_subpart);
  return 0;
}
