// Any bytes are either a container that gives all its bytes, in place and in stretches alike, or an Error{format}.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/io/container.h"
#include "core/io/container_layout.h"
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

// The same bytes with checksums that fit, so that what is behind them is reached.
std::string sealed(std::string bytes) {
  using namespace container_layout;
  if (bytes.size() < kHeaderBytes + kTrailerBytes) return bytes;
  const std::size_t trailer = bytes.size() - kTrailerBytes;
  const auto table = load<std::uint64_t>(bytes, trailer);
  if (table > trailer || table < kHeaderBytes) return bytes;
  std::string hash;
  append_hash(hash, XXH3_128bits(bytes.data(), static_cast<std::size_t>(table)));
  if (trailer - table >= kHashBytes) bytes.replace(trailer - kHashBytes, kHashBytes, hash);
  const std::size_t sealed_bytes = bytes.size() - kEndMagic.size() - kHashBytes - static_cast<std::size_t>(table);
  hash.clear();
  append_hash(hash, XXH3_128bits(bytes.data() + table, sealed_bytes));
  bytes.replace(bytes.size() - kEndMagic.size() - kHashBytes, kHashBytes, hash);
  std::memcpy(bytes.data(), kContainerMagic.data(), kContainerMagic.size());
  std::memcpy(bytes.data() + bytes.size() - kEndMagic.size(), kEndMagic.data(), kEndMagic.size());
  return bytes;
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
  read_container(sealed(std::string(bytes)));
  read_run(bytes);
  return 0;
}
