// A text as tokenizers are measured against it: its characters, the script each is written in, and where its words end.
//
//   TextProfile profile;                                  // scratch of one thread
//   profile.read("水车 turns 2 wheels");
//   profile.script(profile.character_at(byte))            // Han for "水车 ", Latin from "t" on
//
// Spaces, digits, punctuation and marks are of no script of their own (Unicode: Common, Inherited); they count for the
// script before them, and those a text begins with for the one that follows, so that a script's share is text as it is
// written and the shares add up to the whole. A text without letters is all Common. Words are ICU's, by dictionary where a
// language is written without spaces. An ill-formed sequence is the one U+FFFD that would replace it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/text/unicode.h"

namespace quern {

class TextProfile {
 public:
  void read(std::string_view text);  // the text must outlive its use here

  std::string_view text() const { return text_; }
  std::size_t characters() const { return scripts_.size(); }
  std::size_t begin(std::size_t character) const { return begins_[character]; }
  std::size_t end(std::size_t character) const { return begins_[character + 1]; }
  char32_t code_point(std::size_t character) const { return code_points_[character]; }
  int script(std::size_t character) const { return scripts_[character]; }
  const std::vector<std::size_t>& word_ends() const { return word_ends_; }

  // The character with this byte; the last one for a byte at or behind the end. There must be one.
  std::size_t character_at(std::size_t byte) const {
    const auto next = std::upper_bound(begins_.begin(), begins_.end() - 1, byte);
    return static_cast<std::size_t>(next - begins_.begin()) - 1;
  }

 private:
  void find_characters();
  void resolve_scripts();

  std::string_view text_;
  std::vector<std::size_t> begins_;  // and the end of the text
  std::vector<char32_t> code_points_;
  std::vector<std::uint16_t> scripts_;
  std::vector<std::size_t> word_ends_;
  unicode::WordBreaker breaker_;
};

}  // namespace quern
