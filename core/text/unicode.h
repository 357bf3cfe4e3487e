// A thin layer over ICU: scripts, names and word boundaries for statistics and display. Not for tokenizer patterns,
// whose Unicode tables are pinned (tokenizers/pre_tokenizers/unicode_classes.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quern::unicode {

// ICU's script code of a code point (UScriptCode); script_name(…) gives "Han", "Latin", ….
int script(char32_t code_point);
std::string script_name(int script);
// Whether it says what a text is written in: spaces, digits, punctuation and marks (Common, Inherited) are of no script.
inline bool is_own_script(int script) { return script > 1; }

// script() for many characters: a table of those below U+10000, since asking ICU for each would take most of the time.
class ScriptTable {
 public:
  static const ScriptTable& instance();
  int operator()(char32_t c) const { return c < table_.size() ? table_[c] : script(c); }

 private:
  ScriptTable();
  std::vector<std::uint16_t> table_;
};

// Terminal columns: 0 for combining marks, control and format characters, 2 for wide East Asian characters, else 1.
int width(char32_t code_point);
std::string icu_version();

// Words in valid UTF-8, by ICU's dictionary-aware word iterator (Chinese, Japanese and Thai included). The iterator counts
// positions in 32 bits, so text above 1 GiB is counted in pieces that end with a line, or inside one that is longer.
// One object per thread.
class WordBreaker {
 public:
  WordBreaker();
  ~WordBreaker();
  WordBreaker(const WordBreaker&) = delete;
  // Number of words (segments that hold a letter, digit, kana or ideograph).
  std::uint64_t count_words(std::string_view text);
  // Where each of them ends, in bytes of the text. Replaces what `ends` held.
  void find_words(std::string_view text, std::vector<std::size_t>& ends);

 private:
  template <class Take>
  void each_word(std::string_view text, Take take);
  template <class Take>
  void each_word_of_piece(std::string_view text, Take take);
  void* iterator_;
};

}  // namespace quern::unicode
