// How compressed files are told from text: by their first bytes.
#include <algorithm>
#include <array>

#include "core/io/decoder.h"

namespace quern {
namespace {

struct Magic {
  Compression compression;
  std::string_view suffix;
  std::array<std::string_view, kLongestMagic>
      allowed;  // the bytes that may stand at each place; empty: the magic has ended
};

constexpr std::string_view kSkippable("\x50\x51\x52\x53\x54\x55\x56\x57\x58\x59\x5a\x5b\x5c\x5d\x5e\x5f", 16);

// "BZh9" could begin a text, so bzip2's first block (π) or its empty stream's end (√π) must follow.
constexpr Magic kMagics[] = {
    {Compression::gzip, ".gz", {"\x1f", "\x8b"}},
    {Compression::zstd, ".zst", {"\x28", "\xb5", "\x2f", "\xfd"}},
    {Compression::zstd, ".zst", {kSkippable, "\x2a", "\x4d", "\x18"}},
    {Compression::xz, ".xz", {"\xfd", "7", "z", "X", "Z", std::string_view("\0", 1)}},
    {Compression::bzip2, ".bz2", {"B", "Z", "h", "123456789", "\x31", "\x41", "\x59", "\x26", "\x53", "\x59"}},
    {Compression::bzip2, ".bz2", {"B", "Z", "h", "123456789", "\x17", "\x72", "\x45", "\x38", "\x50", "\x90"}},
};

std::size_t length(const Magic& magic) {
  std::size_t n = 0;
  while (n < magic.allowed.size() && !magic.allowed[n].empty()) ++n;
  return n;
}

// Whether `start` agrees with the magic as far as both go.
bool agrees(const Magic& magic, std::string_view start) {
  for (std::size_t i = 0; i < std::min(start.size(), length(magic)); ++i) {
    if (magic.allowed[i].find(start[i]) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

Compression recognise(std::string_view start) {
  for (const Magic& magic : kMagics) {
    if (start.size() >= length(magic) && agrees(magic, start)) return magic.compression;
  }
  return Compression::none;
}

bool undecided(std::string_view start) {
  for (const Magic& magic : kMagics) {
    if (start.size() < length(magic) && agrees(magic, start)) return true;
  }
  return false;
}

bool cut_within_magic(std::string_view start, std::string_view path) {
  for (const Magic& magic : kMagics) {
    const bool named =
        path.size() > magic.suffix.size() && path.substr(path.size() - magic.suffix.size()) == magic.suffix;
    if (named && start.size() < length(magic) && agrees(magic, start)) return true;
  }
  return false;
}

const char* name(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
    case Compression::xz:
      return "xz";
    case Compression::bzip2:
      return "bzip2";
    case Compression::none:
      break;
  }
  return "none";
}

}  // namespace quern
