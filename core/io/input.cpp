#include "core/io/input.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "core/io/byte_source.h"
#include "core/io/decoder.h"

namespace quern {
namespace {

// Bytes as they are: first those read to look for a magic, then straight from the source.
class PlainInput final : public Input {
 public:
  PlainInput(std::unique_ptr<ByteSource> source, std::string start, std::string path)
      : source_(std::move(source)), start_(std::move(start)) {
    path_ = std::move(path);
  }

  std::size_t read(char* buffer, std::size_t size) override {
    std::size_t n = std::min(size, start_.size());
    start_.copy(buffer, n);
    start_.erase(0, n);
    if (n == 0) n = source_->read(buffer, size);
    position_ += n;
    return n;
  }

  bool seek(std::uint64_t byte) override {
    if (!source_->seek(byte)) return false;
    start_.clear();
    position_ = byte;
    return true;
  }

  std::uint64_t position() const override { return position_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string start_;
  std::uint64_t position_ = 0;
};

class CompressedInput final : public Input {
 public:
  CompressedInput(std::unique_ptr<ByteSource> source, std::string_view start, std::string path, Compression compression,
                  std::unique_ptr<Decoder> decoder)
      : source_(std::move(source)), decoder_(std::move(decoder)), buffer_(kBuffer) {
    path_ = std::move(path);
    compression_ = compression;
    std::copy(start.begin(), start.end(), buffer_.begin());
    window_ = {buffer_.data(), start.size()};
    taken_ = start.size();
  }

  std::size_t read(char* buffer, std::size_t size) override {
    char* out = buffer;
    while (out == buffer && size > 0) {
      if (window_.empty() && !ended_) refill();
      const std::size_t before = window_.size();
      decode(out, buffer + size);
      if (out != buffer || window_.size() != before) continue;
      if (window_.empty() && decoder_->complete()) return 0;
      if (window_.empty())
        fail(Error(ErrorCode::format, std::string(name(compression_)) + " data ends too early")
                 .remedy("the file is incomplete: fetch or compress it again"));
      fail(Error(ErrorCode::format, std::string("damaged ") + name(compression_) + " data"));
    }
    return static_cast<std::size_t>(out - buffer);
  }

  bool seek(std::uint64_t) override { return false; }
  std::uint64_t position() const override { return taken_ - window_.size(); }

 private:
  static constexpr std::size_t kBuffer = std::size_t{128} << 10;

  void refill() {
    const std::size_t n = source_->read(buffer_.data(), buffer_.size());
    window_ = {buffer_.data(), n};
    taken_ += n;
    ended_ = n == 0;
  }

  void decode(char*& out, char* end) {
    try {
      decoder_->decode(window_, out, end);
    } catch (Error& error) {
      fail(std::move(error));
    }
  }

  [[noreturn]] void fail(Error error) const { throw error.at(path_, 0, position()); }

  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<char> buffer_;
  std::string_view window_;  // of buffer_: compressed bytes not yet decoded
  std::uint64_t taken_ = 0;  // from the source
  bool ended_ = false;
};

std::unique_ptr<Decoder> make_decoder(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return make_gzip_decoder();
    case Compression::zstd:
      return make_zstd_decoder();
    case Compression::xz:
      return make_xz_decoder();
    case Compression::bzip2:
      return make_bzip2_decoder();
    case Compression::none:
      break;
  }
  throw Error(ErrorCode::internal, "no decoder for uncompressed data");
}

// Reads no further than the first bytes need: a text on a terminal is passed on after its first line.
std::string read_start(ByteSource& source) {
  std::string start;
  char byte[kLongestMagic];
  while (undecided(start)) {
    const std::size_t n = source.read(byte, kLongestMagic - start.size());
    if (n == 0) break;
    start.append(byte, n);
  }
  return start;
}

std::unique_ptr<Input> open(std::unique_ptr<ByteSource> source, std::string path) {
  std::string start = read_start(*source);
  const Compression compression = recognise(start);
  if (compression != Compression::none) {
    return std::make_unique<CompressedInput>(std::move(source), start, std::move(path), compression,
                                             make_decoder(compression));
  }
  if (undecided(start) && cut_within_magic(start, path)) {
    throw Error(ErrorCode::format,
                start.empty() ? "is empty, but named as compressed" : "compressed data ends too early")
        .at(path, 0, start.size())
        .remedy("the file is incomplete: fetch or compress it again");
  }
  return std::make_unique<PlainInput>(std::move(source), std::move(start), std::move(path));
}

}  // namespace

std::unique_ptr<Input> open_input(const std::string& path) {
  return open(open_source(path), path == "-" ? "standard input" : path);
}

std::unique_ptr<Input> open_bytes(std::string_view bytes, std::string name) {
  return open(memory_source(bytes), std::move(name));
}

std::string read_file(const std::string& path, std::size_t limit) {
  const auto in = open_input(path);
  std::string content;
  std::size_t size = 0;
  content.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size_on_disk(path), limit)) +
                 1);  // + 1 finds the end
  for (;;) {
    const std::size_t n = in->read(content.data() + size, content.size() - size);
    if (n == 0) break;
    size += n;
    if (size > limit) {
      throw Error(ErrorCode::memory, "holds more than " + std::to_string(limit) + " bytes, too many to be read whole")
          .at(path);
    }
    if (size == content.size()) content.resize(size + size / 2 + 4096);
  }
  content.resize(size);
  return content;
}

}  // namespace quern
