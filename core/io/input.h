// Byte streams in: files, standard input, and their compressed forms, told apart by content.
//
//   auto in = open_input("web.jsonl.zst");           // "-" is standard input
//   while (std::size_t n = in->read(buffer, size)) …
//
// gzip (all members), zstd (all frames, windows up to 128 MiB), xz and bzip2 (all streams) are recognised by their
// first bytes, also on standard input; anything else is passed on as it is. A truncated or damaged compressed stream is
// an Error{format} naming the file and the compressed byte where it broke, never a short read. Memory is constant. A
// name says nothing but this: a file called .gz, .zst, .xz or .bz2 that ends within the magic bytes of its form (an
// empty one too) is truncated. Behind the last stream zero padding is accepted for gzip and xz, anything else is an
// error. A pipe that has nothing to read obeys a stop (core/stop.h) with Error{interrupted}. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace quern {

enum class Compression { none, gzip, zstd, xz, bzip2 };
const char* name(Compression compression);

class Input {
 public:
  virtual ~Input() = default;
  // Up to size bytes; 0 only at the end. Throws Error{io} or Error{format}.
  virtual std::size_t read(char* buffer, std::size_t size) = 0;
  // Continues at that byte of a plain regular file; false, and nothing moved, for pipes and compressed streams.
  virtual bool seek(std::uint64_t byte) = 0;
  // Bytes consumed of the file itself (compressed), for progress; only seek() decreases it.
  virtual std::uint64_t position() const = 0;

  const std::string& path() const { return path_; }  // "standard input" for "-"
  Compression compression() const { return compression_; }

 protected:
  std::string path_;
  Compression compression_ = Compression::none;
};

std::unique_ptr<Input> open_input(const std::string& path);
// The same over bytes in memory (tests, fuzzing); the view must outlive the stream.
std::unique_ptr<Input> open_bytes(std::string_view bytes, std::string name);
// Bytes a file takes on disk (compressed, if it is), or 0 when that cannot be told: pipes, devices. Throws Error{io}
// for a file that is not there.
std::uint64_t size_on_disk(const std::string& path);
// All of it, decompressed. More than `limit` bytes is Error{memory}: for models and configurations, not for corpora.
std::string read_file(const std::string& path, std::size_t limit = std::size_t{1} << 31);

}  // namespace quern
