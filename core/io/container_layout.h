// The numbers of core/io/container.h, shared by its reader and its writer. Internal to core/io.
#pragma once

#include <xxhash.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "core/error.h"

namespace quern::container_layout {

static_assert(std::endian::native == std::endian::little, "containers are little-endian");

inline constexpr std::string_view kEndMagic{"QRNEND\r\n", 8};
inline constexpr std::uint32_t kFrame = 1;
inline constexpr std::size_t kHeaderBytes = 64, kTrailerBytes = 64, kAlignment = 64, kHashBytes = 16;
inline constexpr std::size_t kKindBytes = 16, kNameBytes = 24, kEntryBytes = kAlignment;

inline std::uint64_t aligned(std::uint64_t at) { return (at + kAlignment - 1) / kAlignment * kAlignment; }

inline void append_u32(std::string& to, std::uint32_t value) { to.append(reinterpret_cast<const char*>(&value), sizeof value); }
inline void append_u64(std::string& to, std::uint64_t value) { to.append(reinterpret_cast<const char*>(&value), sizeof value); }
inline void append_hash(std::string& to, XXH128_hash_t hash) {
  append_u64(to, hash.low64);
  append_u64(to, hash.high64);
}

inline bool is_name(std::string_view name) {
  for (const char c : name) {
    if (c <= ' ' || c > '~') return false;
  }
  return !name.empty();
}

inline void append_name(std::string& to, std::string_view name, std::size_t size) {
  if (!is_name(name) || name.size() > size) throw Error(ErrorCode::internal, "\"" + std::string(name) + "\" is no name for a part of a container");
  to += name;
  to.resize(to.size() + size - name.size());
}

template <class T>
T load(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace quern::container_layout
