#include "tokenizers/post_processors/white_space.h"

#include "core/text/utf8.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern {

WhiteSpace WhiteSpace::of_bytes(std::string_view token) {
  const std::size_t first = token.find_first_not_of(' ');
  if (first == token.npos) return {token.size(), token.size()};
  return {first, token.size() - 1 - token.find_last_not_of(' ')};
}

WhiteSpace WhiteSpace::of_match(std::string_view text) {
  constexpr char32_t kSpelledSpace = 0x120;
  WhiteSpace space;
  bool at_start = true;
  for (const char *p = text.data(), *end = p + text.size(); p < end;) {
    const char32_t c = utf8::decode(p);
    const bool is_space = c == kSpelledSpace || (unicode::char_class(c) & unicode::kSpace) != 0;
    at_start = at_start && is_space;
    if (at_start) ++space.leading;
    space.trailing = is_space ? space.trailing + 1 : 0;
  }
  return space;
}

}  // namespace quern
