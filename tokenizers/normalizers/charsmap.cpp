#include "tokenizers/normalizers/charsmap.h"

#include <cstring>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern::normalizers {
namespace {

std::uint32_t read_u32(const char* p) {
  const auto byte = [p](int i) { return std::uint32_t{static_cast<unsigned char>(p[i])}; };
  return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}

Error damaged(const std::string& how) {
  return Error(ErrorCode::format, "the rules of the normalizer (precompiled_charsmap) are damaged: " + how);
}

std::vector<std::uint32_t> read_units(std::string_view serialized) {
  if (serialized.size() < 4) throw damaged("the size of their trie is missing");
  const std::size_t size = read_u32(serialized.data());
  if (size % 4 != 0) throw damaged("a trie of " + std::to_string(size) + " bytes is no whole number of units");
  if (size >= serialized.size() - 4) {
    throw damaged("a trie of " + std::to_string(size) + " bytes is announced, " +
                  std::to_string(serialized.size() - 4) + " follow");
  }
  std::vector<std::uint32_t> units(size / 4);
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = read_u32(serialized.data() + 4 + i * 4);
  return units;
}

}  // namespace

Charsmap::Charsmap(std::string_view serialized) {
  if (serialized.empty()) return;
  std::vector<std::uint32_t> units = read_units(serialized);
  outputs_ = serialized.substr(4 + units.size() * 4);
  if (outputs_.back() != '\0') throw damaged("the last output does not end");
  if (!utf8::is_valid(outputs_)) throw damaged("an output is not UTF-8");
  trie_ = DoubleArray(std::move(units));
  trie_.for_each_value([this](std::uint32_t value) {
    if (value >= outputs_.size() || (static_cast<unsigned char>(outputs_[value]) & 0xC0) == 0x80) {
      throw damaged("an output begins at byte " + std::to_string(value) + ", where none does");
    }
  });
  std::string bytes;
  for (char32_t c = 1; c < 0x10000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    bytes.clear();
    utf8::append(bytes, c);
    // Most characters share their first two bytes with no rule at all.
    if ((c & 0x3F) == 0 && c >= 0x800 && !trie_.has_key_with(bytes.substr(0, 2))) {
      c |= 0x3F;
      continue;
    }
    concerned_[c] = trie_.has_key_with(bytes);
  }
}

}  // namespace quern::normalizers
