// bzip2 with libbz2: stream after stream, as parallel compressors write them.
#include <bzlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "core/error.h"
#include "core/io/decoder.h"

namespace quern {
namespace {

class Bzip2Decoder final : public Decoder {
 public:
  Bzip2Decoder() { begin_stream(); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }

  bool complete() const override { return between_; }

  void decode(std::string_view& in, char*& out, char* end) override {
    if (between_) {
      if (in.empty()) return;
      if (in.front() != 'B') throw Error(ErrorCode::format, "garbage after the end of the bzip2 data");
      BZ2_bzDecompressEnd(&stream_);
      begin_stream();
    }
    stream_.next_in = const_cast<char*>(in.data());
    stream_.avail_in = clamp(in.size());
    stream_.next_out = out;
    stream_.avail_out = clamp(static_cast<std::size_t>(end - out));
    const int result = BZ2_bzDecompress(&stream_);
    in.remove_prefix(static_cast<std::size_t>(stream_.next_in - in.data()));
    out = stream_.next_out;
    if (result == BZ_MEM_ERROR) throw std::bad_alloc();
    if (result == BZ_STREAM_END)
      between_ = true;
    else if (result != BZ_OK)
      throw Error(ErrorCode::format, "damaged bzip2 data");
  }

 private:
  static unsigned clamp(std::size_t n) {
    return static_cast<unsigned>(std::min<std::size_t>(n, std::numeric_limits<unsigned>::max()));
  }

  void begin_stream() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
    between_ = false;
  }

  bz_stream stream_{};
  bool between_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_bzip2_decoder() { return std::make_unique<Bzip2Decoder>(); }

}  // namespace quern
