// How many white-space characters a token begins and ends with: what trim_offsets leaves out.
#pragma once

#include <cstddef>
#include <string_view>

namespace quern {

struct WhiteSpace {
  std::size_t leading = 0, trailing = 0;
  static WhiteSpace of_bytes(std::string_view token);  // of the model: spaces count, nothing else does
  static WhiteSpace of_match(std::string_view text);   // an added token as it was found, with what it took along
};

}  // namespace quern
