// Any bytes are read to their end or refused with an Error{format} and a place inside them, in bounded steps: as what
// they claim to be, and again with the claim of each compressed form put before them. The size of reads makes no
// difference.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/io/input.h"

namespace {

constexpr std::size_t kEnough = std::size_t{1} << 20;  // of output: a few bytes may stand for gigabytes

void require(bool condition) {
  if (!condition) std::abort();
}

// What can be read, and whether the end was reached.
std::string read(std::string_view bytes, std::size_t step, bool& whole) {
  std::string content;
  whole = false;
  try {
    const auto in = quern::open_bytes(bytes, "fuzz");
    std::string buffer(step, '\0');
    while (content.size() < kEnough) {
      const std::size_t n = in->read(buffer.data(), step);
      require(n <= step && in->position() <= bytes.size());
      if (n == 0) return whole = true, content;
      content.append(buffer, 0, n);
    }
  } catch (const quern::Error& error) {
    require(error.code() == quern::ErrorCode::format);
    require(error.where().byte <= bytes.size());
  }
  return content;
}

void check(std::string_view bytes) {
  bool whole = false, whole_again = false;
  const std::string content = read(bytes, 4096, whole);
  const std::string again = read(bytes, 37, whole_again);
  require(content.size() >= kEnough || (whole == whole_again && (!whole || content == again)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  for (const std::string_view magic :
       {std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10), std::string_view("\x28\xb5\x2f\xfd"),
        std::string_view("\xfd\x37zXZ\0", 6), std::string_view("BZh9\x31\x41\x59\x26\x53\x59")}) {
    check(std::string(magic).append(bytes));
  }
  return 0;
}
