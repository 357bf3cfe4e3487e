#include "tokenizers/byte_level.h"

#include "core/text/utf8.h"

namespace quern::byte_level {
namespace {

constexpr bool prints_itself(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

struct Tables {
  std::array<char32_t, 256> to_char{};
  std::array<std::int16_t, 0x144> to_byte{};  // the largest character is U+0143
  constexpr Tables() {
    for (auto& byte : to_byte) byte = -1;
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      to_char[byte] = prints_itself(byte) ? static_cast<char32_t>(byte) : next++;
      to_byte[to_char[byte]] = static_cast<std::int16_t>(byte);
    }
  }
};
constexpr Tables kTables;

}  // namespace

char32_t to_char(unsigned char byte) { return kTables.to_char[byte]; }

std::optional<unsigned char> to_byte(char32_t character) {
  if (character >= kTables.to_byte.size() || kTables.to_byte[character] < 0) return std::nullopt;
  return static_cast<unsigned char>(kTables.to_byte[character]);
}

std::string spell(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) utf8::append(text, to_char(static_cast<unsigned char>(byte)));
  return text;
}

std::optional<std::string> unspell(std::string_view characters) {
  std::string bytes(characters.size(), '\0');
  char* out = bytes.data();
  for (const char *p = characters.data(), *end = p + characters.size(); p < end;) {
    const auto byte = to_byte(utf8::decode(p));
    if (!byte) return std::nullopt;
    *out++ = static_cast<char>(*byte);
  }
  bytes.resize(static_cast<std::size_t>(out - bytes.data()));
  return bytes;
}

const std::array<std::string, 256>& alphabet() {
  static const auto characters = [] {
    std::array<std::string, 256> list;
    std::size_t i = 0;
    for (char32_t c = 0; c < kTables.to_byte.size(); ++c) {
      if (kTables.to_byte[c] >= 0) utf8::append(list[i++], c);
    }
    return list;
  }();
  return characters;
}

}  // namespace quern::byte_level
