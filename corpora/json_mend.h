// Lines of JSON that are not Unicode: bytes that are not UTF-8, and \u escapes that are half of a surrogate pair. No
// JSON parser takes them, so they are exchanged for something that passes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quern {

enum class Mend {
  replace,    // U+FFFD for each maximal subpart and each lone surrogate
  stand_ins,  // a private-use code point for each byte and each lone surrogate, see restore_stand_ins
};

struct MendedLine {
  std::string text;
  std::uint64_t faults = 0;  // maximal subparts and lone surrogates
  std::size_t first = 0;     // offset of the first in the line
};

MendedLine mend_json_line(std::string_view line, Mend how);

// The bytes that stand-ins stand for: what was not UTF-8 as it was, lone surrogates as the three bytes that UTF-8 would
// have for them. Only for strings parsed from a line mended with stand_ins.
std::string restore_stand_ins(std::string_view text);

// Whether the line itself holds one of the code points used as stand-ins (U+10F700 to U+10FFFF, plain or escaped), so
// that restoring would be wrong. No real text does.
bool holds_stand_ins(std::string_view line);

}  // namespace quern
