#include "tokenizers/trainers/piece_rules.h"

#include "core/text/utf8.h"
#include "tokenizers/trainers/scripts.h"

namespace quern {
namespace {

constexpr char32_t kSpace = U'\u2581', kBoundary = U'\u001f', kLongVowel = U'\u30fc';

bool is_digit(char32_t c) { return (c >= U'0' && c <= U'9') || (c >= U'\uff10' && c <= U'\uff19'); }

}  // namespace

bool PieceRules::allow(std::string_view piece) const {
  const std::size_t length = utf8::count_code_points(piece);
  if (length == 0 || length > max_length) return false;
  constexpr int kAny = -1;
  int before = kAny;  // the script so far
  std::size_t position = 0;
  for (const char *p = piece.data(), *end = p + piece.size(); p < end; ++position) {
    const char32_t c = utf8::decode(p);
    if (c == kUnknownMark || c == kBoundary || c == U' ' || c == 0) return false;
    if (c == kSpace) {
      // Where it may stand. Without splitting at white space it may also be inside, but not at the other end alone.
      const bool at_its_end = whitespace_as_suffix ? position + 1 == length : position == 0;
      const bool at_other_end = whitespace_as_suffix ? position == 0 : position + 1 == length;
      if (!at_its_end && (split_by_whitespace || at_other_end)) return false;
      continue;
    }
    int script = scripts::script(c);
    if (script == scripts::kHiragana || script == scripts::kKatakana || c == kLongVowel) {
      script = scripts::kHan;
    } else if (script == scripts::kInherited) {
      script = before;
    }
    if (is_digit(c)) {
      if (!split_by_number) script = kAny;
      if (split_digits && length > 1) return false;
    }
    if (split_by_unicode_script && script != kAny && before != kAny && script != before) return false;
    before = script;
  }
  return true;
}

}  // namespace quern
