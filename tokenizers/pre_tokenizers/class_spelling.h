// Rewrites a user's regular expression so that \p{L}, \p{N}, \s and the like mean the pinned classes of
// unicode_classes.h, whichever engine runs it: each becomes its list of ranges, inside brackets too.
//
// Classes the table does not know (\p{Nd}, \p{Greek}, and so \d and \w, which are written with them) stay the engine's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quern {

enum class RegexFlavor { re2, icu };

struct SpelledRegex {
  std::string text;
  std::vector<std::uint32_t> origin;  // for each code point of text, and its end, the byte of the source it came from
};

// Nothing when the expression means something else to this engine than to the reference engines, or cannot be said:
// nested sets, && in sets and \b for RE2. The ICU flavor can always be said.
std::optional<SpelledRegex> spell_out_classes(std::string_view source, RegexFlavor flavor);

}  // namespace quern
