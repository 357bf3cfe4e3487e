// Base64 (RFC 4648 §4) as tiktoken files hold tokens: padded, no line breaks, nothing else accepted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace quern::formats {

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // nothing when it is not the one spelling of some bytes

}  // namespace quern::formats
