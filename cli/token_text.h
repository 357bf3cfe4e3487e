// A token on one line, whatever is in it: as it is, or as a JSON string where it holds control characters or quotes.
#pragma once

#include <string>
#include <string_view>

namespace quern::cli {

std::string one_line(std::string_view token);

}  // namespace quern::cli
