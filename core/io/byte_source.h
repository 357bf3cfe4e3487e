// Where the bytes of an Input come from before anything is decoded: a descriptor or memory. Internal to core/io.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace quern {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to size bytes; 0 only at the end.
  virtual std::size_t read(char* buffer, std::size_t size) = 0;
  // Continues at `byte`; false, and nothing moved, where the source has no such notion (a pipe, a device).
  virtual bool seek(std::uint64_t byte) = 0;
};

// "-" is standard input, which is not closed.
std::unique_ptr<ByteSource> open_source(const std::string& path);
std::unique_ptr<ByteSource> memory_source(std::string_view bytes);

}  // namespace quern
