// One compressed form as a step function; one file each (gzip_decoder.cpp, …). Internal to core/io: input.cpp feeds it,
// knows the file's name, and turns an end in the wrong place into an error.
#pragma once

#include <memory>
#include <string_view>

#include "core/io/input.h"

namespace quern {

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Takes bytes from the front of `in` and puts decoded ones at `out`, moving both, as far as either goes. An empty
  // `in` asks for what is still held back. Throws Error{format} without a place: what was taken from `in` tells it.
  virtual void decode(std::string_view& in, char*& out, char* end) = 0;
  // Whether the file may end here: no stream is open.
  virtual bool complete() const = 0;
};

// For a file whose first bytes have been recognised; they are still to be decoded.
std::unique_ptr<Decoder> make_gzip_decoder();
std::unique_ptr<Decoder> make_zstd_decoder();
std::unique_ptr<Decoder> make_xz_decoder();
std::unique_ptr<Decoder> make_bzip2_decoder();

// The form of a file that begins with `start`.
Compression recognise(std::string_view start);
// Whether further bytes could still make `start` a compressed file. Never with kLongestMagic bytes.
bool undecided(std::string_view start);
inline constexpr std::size_t kLongestMagic = 10;
// Whether a file of that name that holds only `start` is a compressed one cut off within its magic bytes.
bool cut_within_magic(std::string_view start, std::string_view path);

}  // namespace quern
