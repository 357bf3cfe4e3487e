#include "tests/support/compress.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <stdexcept>

namespace quern::test {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("compressing test data failed");
}

std::string space_for(std::string_view text) { return std::string(text.size() + text.size() / 8 + 1024, '\0'); }

}  // namespace

std::string gzip(std::string_view text) {
  std::string out = space_for(text);
  z_stream stream{};
  require(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text, int window_log) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  if (window_log != 0) {  // a known size would shrink the window to it
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  }
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer written{out.data(), out.size(), 0};
  if (window_log != 0) require(!ZSTD_isError(ZSTD_compressStream2(context, &written, &in, ZSTD_e_continue)));
  require(ZSTD_compressStream2(context, &written, &in, ZSTD_e_end) == 0);
  ZSTD_freeCCtx(context);
  out.resize(written.pos);
  return out;
}

std::string zstd_skippable(std::string_view content) {
  std::string out("\x53\x2a\x4d\x18", 4);
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(content.size() >> (8 * i) & 0xFF));
  return out.append(content);
}

std::string xz(std::string_view text) {
  std::string out = space_for(text);
  std::size_t size = 0;
  require(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                                  text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size,
                                  out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}

std::string bzip2(std::string_view text) {
  std::string out = space_for(text);
  auto size = static_cast<unsigned>(out.size());
  require(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                                   static_cast<unsigned>(text.size()), 9, 0, 0) == BZ_OK);
  out.resize(size);
  return out;
}

}  // namespace quern::test
