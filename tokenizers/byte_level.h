// GPT-2's spelling of bytes as printable characters: 0x21–0x7E, 0xA1–0xAC and 0xAE–0xFF stand for themselves (as code
// points), the other 68 bytes become U+0100, U+0101, … in order. So a space is "Ġ" (U+0120) and a newline "Ċ".
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace quern::byte_level {

char32_t to_char(unsigned char byte);
std::optional<unsigned char> to_byte(char32_t character);

std::string spell(std::string_view bytes);                       // bytes → characters
std::optional<std::string> unspell(std::string_view characters);  // nothing when a character stands for no byte

// All 256 characters, by code point: the ids of a fresh byte-level alphabet follow this order ("!" is 0).
const std::array<std::string, 256>& alphabet();

}  // namespace quern::byte_level
