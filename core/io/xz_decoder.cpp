// xz with liblzma: stream after stream, with the padding between them that the format allows (zeros in fours).
#include <lzma.h>

#include <algorithm>
#include <new>

#include "core/error.h"
#include "core/io/decoder.h"

namespace quern {
namespace {

class XzDecoder final : public Decoder {
 public:
  XzDecoder() { begin_stream(); }
  XzDecoder(const XzDecoder&) = delete;
  ~XzDecoder() override { lzma_end(&stream_); }

  bool complete() const override { return between_ && padding_ % 4 == 0; }

  void decode(std::string_view& in, char*& out, char* end) override {
    if (between_ && !pass_padding(in)) return;
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out);
    stream_.avail_out = static_cast<std::size_t>(end - out);
    const lzma_ret result = lzma_code(&stream_, LZMA_RUN);
    in.remove_prefix(in.size() - stream_.avail_in);
    out = end - stream_.avail_out;
    if (result == LZMA_STREAM_END)
      between_ = true;
    else if (result != LZMA_OK && result != LZMA_BUF_ERROR)
      fail(result);
  }

 private:
  static constexpr std::uint64_t kMemoryLimit = std::uint64_t{256} << 20;  // xz -9 needs 65 MiB

  void begin_stream() {
    if (lzma_stream_decoder(&stream_, kMemoryLimit, 0) != LZMA_OK) throw std::bad_alloc();
    between_ = false;
    padding_ = 0;
  }

  bool pass_padding(std::string_view& in) {
    const auto zeros = std::min(in.find_first_not_of('\0'), in.size());
    padding_ += zeros;
    in.remove_prefix(zeros);
    if (in.empty()) return false;
    if (padding_ % 4 != 0 || in.front() != '\xfd')
      throw Error(ErrorCode::format, "garbage after the end of the xz data");
    begin_stream();
    return true;
  }

  [[noreturn]] static void fail(lzma_ret result) {
    switch (result) {
      case LZMA_MEM_ERROR:
        throw std::bad_alloc();
      case LZMA_MEMLIMIT_ERROR:
        throw Error(ErrorCode::format, "xz dictionary larger than 256 MiB")
            .remedy("decompress it with xz -dc and pipe it in");
      case LZMA_OPTIONS_ERROR:
        throw Error(ErrorCode::format, "damaged xz data, or of a kind not supported");
      default:
        throw Error(ErrorCode::format, "damaged xz data");
    }
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::size_t padding_ = 0;
  bool between_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_xz_decoder() { return std::make_unique<XzDecoder>(); }

}  // namespace quern
