// gzip (RFC 1952) with zlib: member after member, each with its CRC and length checked.
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "core/error.h"
#include "core/io/decoder.h"

namespace quern {
namespace {

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() {
    if (inflateInit2(&stream_, kGzipOnly + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  GzipDecoder(const GzipDecoder&) = delete;
  ~GzipDecoder() override { inflateEnd(&stream_); }

  bool complete() const override { return between_; }

  void decode(std::string_view& in, char*& out, char* end) override {
    if (between_ && !begin_member(in)) return;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = clamp(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = clamp(static_cast<std::size_t>(end - out));
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(static_cast<std::size_t>(reinterpret_cast<const char*>(stream_.next_in) - in.data()));
    out = reinterpret_cast<char*>(stream_.next_out);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_STREAM_END)
      between_ = true;
    else if (result != Z_OK && result != Z_BUF_ERROR)
      throw Error(ErrorCode::format,
                  std::string("damaged gzip data: ") + (stream_.msg ? stream_.msg : "not decodable"));
  }

 private:
  static constexpr int kGzipOnly = 16;

  static uInt clamp(std::size_t n) {
    return static_cast<uInt>(std::min<std::size_t>(n, std::numeric_limits<uInt>::max()));
  }

  // Between members: passes zero padding, which tapes and some tools leave at the end; true when a member begins.
  bool begin_member(std::string_view& in) {
    const auto first = std::min(in.find_first_not_of('\0'), in.size());
    padded_ = padded_ || first > 0;
    in.remove_prefix(first);
    if (in.empty()) return false;
    if (padded_ || in.front() != '\x1f') throw Error(ErrorCode::format, "garbage after the end of the gzip data");
    between_ = false;
    inflateReset(&stream_);
    return true;
  }

  z_stream stream_{};
  bool between_ = false, padded_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_gzip_decoder() { return std::make_unique<GzipDecoder>(); }

}  // namespace quern
