// The spelling of bytes that stand in for unknown characters: "<0x0A>" is the byte 10.
#pragma once

#include <string>

namespace quern {

inline std::string byte_token(unsigned char byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  return std::string("<0x") + kDigits[byte >> 4] + kDigits[byte & 15] + '>';
}

}  // namespace quern
