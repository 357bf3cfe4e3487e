#include "tokenizers/normalizers/grapheme_clusters.h"

#include "core/text/utf8.h"
#include "tokenizers/normalizers/hangul.h"

namespace quern::normalizers {
namespace {

using Class = GraphemeClusters::Class;

// GraphemeClusters::extends, rules GB9 and GB9a, goes by the order of the classes.
static_assert(Class::zwj < Class::spacing_mark && Class::pictographic < Class::zwj && Class::consonant < Class::zwj);

// Rules GB6 to GB8.
bool joins_syllable(Class left, bool left_is_lv, Class right, bool right_is_syllable) {
  if (left == Class::hangul_l) return right == Class::hangul_l || right == Class::hangul_v || right_is_syllable;
  if (left == Class::hangul_v || left_is_lv) return right == Class::hangul_v || right == Class::hangul_t;
  return left == Class::hangul_t && right == Class::hangul_t;
}

bool is_lv(char32_t c) { return hangul::is_syllable(c) && (c - hangul::kSyllables) % hangul::kTrailingCount == 0; }

// What the sequences of rules GB9c (conjuncts) and GB11 (emoji) have come to.
class Sequences {
 public:
  bool joins(Class next) const {
    return (conjunct_ == 2 && next == Class::consonant) || (emoji_ == 2 && next == Class::pictographic);
  }
  void follow(Class c) {
    if (c == Class::consonant) {
      conjunct_ = 1;
    } else if (conjunct_ > 0 && c == Class::linker) {
      conjunct_ = 2;
    } else if (c != Class::extend_conjunct && c != Class::zwj) {
      conjunct_ = 0;
    }
    const bool is_extend = c == Class::extend || c == Class::extend_conjunct || c == Class::linker;
    if (c == Class::pictographic) {
      emoji_ = 1;
    } else if (emoji_ == 1 && c == Class::zwj) {
      emoji_ = 2;
    } else if (emoji_ != 1 || !is_extend) {
      emoji_ = 0;
    }
  }

 private:
  int conjunct_ = 0;  // 1: behind a consonant; 2: and a linker
  int emoji_ = 0;     // 1: behind a pictographic character; 2: and a joiner
};

}  // namespace

const GraphemeClusters& GraphemeClusters::get() {
  static const GraphemeClusters clusters;
  return clusters;
}

GraphemeClusters::GraphemeClusters() {
  for (const auto& [first, last, value] : tables::kGraphemeClasses) {
    classes_.set({first, last}, static_cast<std::uint8_t>(value));
  }
}

const char* GraphemeClusters::next(const char* p, const char* end) const {
  char32_t c = utf8::decode(p);
  Class left = class_of(c);
  if (left == Class::control) return c == '\r' && p < end && *p == '\n' ? p + 1 : p;
  Sequences sequences;
  while (p < end) {
    sequences.follow(left);
    const char* behind = p;
    const char32_t following = utf8::decode(behind);
    const Class right = class_of(following);
    const bool joined = extends(right) || (left == Class::prepend && right != Class::control) ||
                        joins_syllable(left, is_lv(c), right, hangul::is_syllable(following)) ||
                        (hangul::is_syllable(c) && right == Class::hangul_t) || sequences.joins(right);
    if (!joined) return p;
    p = behind;
    c = following;
    left = right;
  }
  return p;
}

}  // namespace quern::normalizers
