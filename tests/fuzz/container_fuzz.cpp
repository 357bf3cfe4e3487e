// Any bytes are either a container that gives all its bytes, in place and in stretches alike, or an Error{format}.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "core/io/container.h"
#include "core/io/sorted_run.h"

namespace {

using namespace quern;

void require(bool condition) {
  if (!condition) std::abort();
}

void read_container(std::string_view bytes) {
  try {
    const Container container = Container::view(bytes, "fuzz", "test", 1);
    for (const ContainerSection& section : container.sections()) {
      require(container.read(section.name, bytes.size()) == container.bytes(section.name));
    }
  } catch (const Error& error) {
    require(error.code() == ErrorCode::format || error.code() == ErrorCode::unsupported);
  }
}

// As a run: what is read can be written again, and is the same bytes.
void read_run(std::string_view bytes) {
  std::string written;
  RunWriter writer([&](std::string_view part) { written += part; });
  try {
    RunReader reader([rest = bytes]() mutable { return std::exchange(rest, {}); }, "fuzz");
    while (reader.next()) writer.add(reader.key(), reader.count());
  } catch (const Error& error) {
    require(error.code() == ErrorCode::format);
    return;
  }
  writer.finish();
  require(bytes.starts_with(written) && bytes.size() == written.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_container(bytes);
  read_run(bytes);
  return 0;
}
