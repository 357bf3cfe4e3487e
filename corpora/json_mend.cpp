#include "corpora/json_mend.h"

#include <algorithm>

#include "core/text/utf8.h"

namespace quern {
namespace {

// Stand-ins: U+10F700 + byte, and U+10F800 + (surrogate - U+D800), the very end of the last private-use plane.
constexpr char32_t kByteStandIn = 0x10F700;
constexpr char32_t kSurrogateStandIn = 0x10F800;
constexpr char32_t kSurrogates = 0xD800;
constexpr std::size_t kEscape = 6;  // \uXXXX

bool is_high(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The UTF-16 unit that a \uXXXX escape at `at` names, or -1 where there is none.
int escaped_unit(std::string_view line, std::size_t at) {
  if (line.size() < at + kEscape || line[at] != '\\' || line[at + 1] != 'u') return -1;
  int unit = 0;
  for (std::size_t i = at + 2; i < at + kEscape; ++i) {
    const int digit = hex_value(line[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

class Mender {
 public:
  Mender(std::string_view line, Mend how) : line_(line), how_(how) {
    mended_.text.reserve(line.size() + line.size() / 4);
  }

  MendedLine run() {
    for (std::size_t at = 0; at < line_.size();) {
      const std::size_t backslash = std::min(line_.find('\\', at), line_.size());
      plain(at, backslash);
      at = backslash == line_.size() ? backslash : escape(backslash);
    }
    return std::move(mended_);
  }

 private:
  void fault(std::size_t at) {
    if (mended_.faults++ == 0) mended_.first = at;
  }

  // Text without escapes.
  void plain(std::size_t begin, std::size_t end) {
    while (begin < end) {
      const std::string_view rest = line_.substr(begin, end - begin);
      const std::size_t valid = utf8::valid_prefix(rest);
      mended_.text.append(rest, 0, valid);
      begin += valid;
      if (valid == rest.size()) return;
      fault(begin);
      const std::size_t length = utf8::maximal_subpart(rest, valid);
      if (how_ == Mend::replace) {
        utf8::append(mended_.text, utf8::kReplacement);
      } else {
        for (const char c : rest.substr(valid, length))
          utf8::append(mended_.text, kByteStandIn + static_cast<unsigned char>(c));
      }
      begin += length;
    }
  }

  // One escape; returns where it ends. What is no escape stays, for the parser to refuse.
  std::size_t escape(std::size_t at) {
    const int unit = escaped_unit(line_, at);
    if (is_low(unit) || (is_high(unit) && !is_low(escaped_unit(line_, at + kEscape)))) {
      fault(at);
      utf8::append(mended_.text, how_ == Mend::replace
                                     ? utf8::kReplacement
                                     : kSurrogateStandIn + (static_cast<char32_t>(unit) - kSurrogates));
      return at + kEscape;
    }
    std::size_t length = is_high(unit) ? 2 * kEscape : 1;
    if (length == 1 && at + 1 < line_.size() && (line_[at + 1] == '\\' || line_[at + 1] == '"')) length = 2;
    mended_.text.append(line_, at, length);
    return at + length;
  }

  std::string_view line_;
  Mend how_;
  MendedLine mended_;
};

}  // namespace

MendedLine mend_json_line(std::string_view line, Mend how) { return Mender(line, how).run(); }

std::string restore_stand_ins(std::string_view text) {
  std::string restored;
  for (const char* p = text.data(); p < text.data() + text.size();) {
    const char* const begin = p;
    const char32_t c = utf8::decode(p);
    if (c < kByteStandIn) {
      restored.append(begin, p);
    } else if (c < kSurrogateStandIn) {
      restored.push_back(static_cast<char>(c - kByteStandIn));
    } else {
      const char32_t surrogate = c - kSurrogateStandIn + kSurrogates;
      restored.push_back(static_cast<char>(0xE0 | surrogate >> 12));
      restored.push_back(static_cast<char>(0x80 | (surrogate >> 6 & 0x3F)));
      restored.push_back(static_cast<char>(0x80 | (surrogate & 0x3F)));
    }
  }
  return restored;
}

bool holds_stand_ins(std::string_view line) {
  for (std::size_t at = line.find("\xf4\x8f"); at != std::string_view::npos; at = line.find("\xf4\x8f", at + 1)) {
    if (at + 2 < line.size() && static_cast<unsigned char>(line[at + 2]) >= 0x9C) return true;
  }
  for (std::size_t at = line.find("\\u"); at != std::string_view::npos; at = line.find("\\u", at + 1)) {
    const int high = escaped_unit(line, at), low = escaped_unit(line, at + kEscape);
    if (is_high(high) && is_low(low) && 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00) >= int{kByteStandIn})
      return true;
  }
  return false;
}

}  // namespace quern
