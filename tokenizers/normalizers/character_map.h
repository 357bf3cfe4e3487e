// A text rewritten character by character, none of them asking what stands beside it.
//
//   CharacterMap map;
//   map.replace(U'\u00C9', "e");
//   map.remove({0x300, 0x36F});
//   map.lower_ascii();
//   map.normalize("CAF\u00C9", out);      // "cafe"
//
// What is not told stays as it is. Plain ASCII goes eight bytes at a time. Built once, then read by any number of
// threads.
#pragma once

#include <string>
#include <string_view>

#include "tokenizers/normalizers/code_point_map.h"
#include "tokenizers/normalizers/normalized_text.h"

namespace quern::normalizers {

class CharacterMap {
 public:
  // What becomes of one character; zero: nothing.
  class Action {
   public:
    constexpr Action() = default;
    constexpr explicit Action(std::uint32_t bits) : bits_(bits) {}
    static constexpr std::uint32_t kRemoved = 1, kReplaced = 2, kJamo = 3, kKind = 3;  // kJamo: a syllable comes apart
    static constexpr std::uint32_t kPadded = 4;   // a space before and a space behind
    static constexpr std::uint32_t kRefused = 8;  // this map cannot do it: it needs to see the neighbours
    static constexpr int kSizeShift = 4, kTextShift = 10;

    constexpr bool same() const { return bits_ == 0; }
    constexpr bool has(std::uint32_t flag) const { return (bits_ & flag) != 0; }
    constexpr std::uint32_t kind() const { return bits_ & kKind; }
    constexpr std::size_t size() const { return bits_ >> kSizeShift & 0x3F; }
    constexpr std::size_t text() const { return bits_ >> kTextShift; }
    constexpr std::uint32_t bits() const { return bits_; }

   private:
    std::uint32_t bits_ = 0;
  };

  // --- building; of ASCII, only controls and, with lower_ascii, capitals may change ---
  void replace(char32_t c, std::string_view text);  // at most 63 bytes; none: removes it
  void remove(tables::Range range);
  void lower_ascii();
  void decompose_hangul();                                                 // syllables become their two or three jamo
  void pad(tables::Range range) { actions_.set(range, Action::kPadded); }  // before replace, which keeps the padding
  void refuse(char32_t c) { actions_.set(c, Action::kRefused); }

  // --- one character, for those who run their own loop ---
  Action action(char32_t c) const { return Action(actions_[c]); }
  std::string_view text(Action action) const { return std::string_view(texts_).substr(action.text(), action.size()); }

  // --- texts ---
  // Writes what becomes of text[at …] up to the first character that is refused, and returns where that is. Writer is
  // one of text_writer.h.
  template <class Writer>
  std::size_t run(std::string_view text, std::size_t at, Writer& writer) const;
  // The first character from `at` on that becomes something else or is refused; the size of the text when none is.
  std::size_t first_change(std::string_view text, std::size_t at) const;

  // Bytes that run writes for one character.
  std::size_t output_size(std::string_view character) const;

  // All of it; false, with out in any state, when a character is refused.
  bool normalize(std::string_view text, std::string& out) const;
  bool normalize(NormalizedText& text) const;

 private:
  template <class Writer>
  void put(char32_t c, Action action, std::string_view bytes, std::size_t origin, Writer& writer) const;

  CodePointMap<std::uint32_t> actions_;
  std::string texts_;
  bool lower_ascii_ = false;      // A–Z become a–z
  bool controls_change_ = false;  // some of U+0000–001F and U+007F change
};

}  // namespace quern::normalizers
