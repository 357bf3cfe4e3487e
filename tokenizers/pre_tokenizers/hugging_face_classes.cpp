#include "tokenizers/pre_tokenizers/hugging_face_classes.h"

#include <algorithm>

namespace quern::hugging_face {

int script(char32_t c) {
  const std::uint32_t* const end = detail::kScriptRuns + detail::kScriptRunCount;
  const std::uint32_t* const behind = std::upper_bound(detail::kScriptRuns, end, c << 8 | 0xFFu);
  return static_cast<int>(behind[-1] & 0xFF);
}

}  // namespace quern::hugging_face
