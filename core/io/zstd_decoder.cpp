// Zstandard (RFC 8878): frame after frame, skippable ones passed over, windows up to 128 MiB.
#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "core/error.h"
#include "core/io/decoder.h"

namespace quern {
namespace {

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kWindowLogMax);
  }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }

  bool complete() const override { return between_; }

  void decode(std::string_view& in, char*& out, char* end) override {
    if (between_ && in.empty()) return;
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out, static_cast<std::size_t>(end - out), 0};
    const std::size_t result = ZSTD_decompressStream(context_, &output, &input);
    in.remove_prefix(input.pos);
    out += output.pos;
    if (ZSTD_isError(result)) fail(result);
    between_ = result == 0;
  }

 private:
  static constexpr int kWindowLogMax = 27;

  [[noreturn]] static void fail(std::size_t result) {
    if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) throw std::bad_alloc();
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
      throw Error(ErrorCode::format, "zstd window larger than 128 MiB")
          .remedy("decompress it with zstd -dc --long=31 and pipe it in");
    }
    throw Error(ErrorCode::format, std::string("damaged zstd data: ") + ZSTD_getErrorName(result));
  }

  ZSTD_DCtx* context_;
  bool between_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_zstd_decoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace quern
