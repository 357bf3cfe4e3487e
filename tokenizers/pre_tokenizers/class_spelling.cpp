#include "tokenizers/pre_tokenizers/class_spelling.h"

#include <fmt/format.h>

#include <algorithm>

#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern {
namespace {

using unicode::Range;

class Speller {
 public:
  Speller(std::string_view source, RegexFlavor flavor)
      : source_(source), icu_(flavor == RegexFlavor::icu), multiline_(has_multiline_flag(source)) {}

  std::optional<SpelledRegex> run() {
    while (at_ < source_.size() && sayable_) step();
    out_.origin.push_back(static_cast<std::uint32_t>(source_.size()));
    if (!sayable_) return std::nullopt;
    return std::move(out_);
  }

 private:
  // (?m) or (?ims-x:…): then $ keeps its meaning of "before a line end".
  static bool has_multiline_flag(std::string_view source) {
    for (std::size_t i = 0; (i = source.find("(?", i)) != source.npos; ++i) {
      const std::size_t end = source.find_first_not_of("imsxUu", i + 2);
      if (source.substr(i + 2, end - i - 2).find('m') != source.npos) return true;
    }
    return false;
  }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  // Appends text that stands for the source at_ points to, then moves past `consumed` bytes of it.
  void put(std::string_view text, std::size_t consumed) {
    for (const char c : text) {
      if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) out_.origin.push_back(static_cast<std::uint32_t>(at_));
    }
    out_.text += text;
    at_ += consumed;
  }
  void copy(std::size_t size) { put(source_.substr(at_, size), std::min(size, source_.size() - at_)); }

  void step() {
    const char c = peek();
    if (c == '\\') return escape();
    if (depth_ > 0) return inside_brackets(c);
    if (c == '[') return open_bracket();
    // ICU's $ also matches before a final line end; the reference engines' does not.
    if (c == '$' && icu_ && !multiline_) return put("\\z", 1);
    copy(1);
  }

  void open_bracket() {
    ++depth_;
    copy(1);
    if (peek() == '^') copy(1);
    if (peek() == ']') put("\\]", 1);  // first in its set, it stands for itself
  }

  void inside_brackets(char c) {
    if (c == '[' && peek(1) == ':') {
      const std::size_t end = source_.find(":]", at_ + 2);
      return copy(end == source_.npos ? 1 : end + 2 - at_);
    }
    if (c == '[') {
      sayable_ = icu_;
      return open_bracket();
    }
    if (c == ']') --depth_;
    if (c == '&' && peek(1) == '&') sayable_ = icu_;
    copy(1);
  }

  void escape() {
    switch (const char c = peek(1)) {
      case 'p': case 'P': return property(c == 'P');
      case 's': case 'S': return put_class(*unicode::class_ranges("space"), "", c == 'S', 2);
      case 'd': return put("\\p{Nd}", 2);
      case 'D': return put("\\P{Nd}", 2);
      case 'w': case 'W': return word(c == 'W');
      case 'b': case 'B': return depth_ == 0 ? boundary(c == 'B') : copy(2);
      case 'Q': {
        const std::size_t end = source_.find("\\E", at_ + 2);
        return copy(end == source_.npos ? source_.size() - at_ : end + 2 - at_);
      }
      default: return copy(2);
    }
  }

  // \p{L}, \p{^L}, \pL; \P… when negated.
  void property(bool negated) {
    std::size_t size = 3;
    std::string_view name = source_.substr(std::min(at_ + 2, source_.size()), 1);
    if (peek(2) == '{') {
      const std::size_t end = source_.find('}', at_);
      if (end == source_.npos) return copy(2);
      size = end + 1 - at_;
      name = source_.substr(at_ + 3, end - at_ - 3);
    }
    if (!name.empty() && name.front() == '^') {
      name.remove_prefix(1);
      negated = !negated;
    }
    for (const std::string_view prefix : {"gc=", "General_Category=", "sc=", "Script="}) {
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    }
    if (name == "White_Space") name = "space";
    if (auto ranges = unicode::class_ranges(name)) return put_class(*std::move(ranges), "", negated, size);
    copy(size);
  }

  // \w of Hugging Face's engine (Oniguruma): letters, marks, digits, connector punctuation, what else is alphabetic (letter
  // numbers, letters in circles and squares) and, outside brackets only, the superscripts and fractions of Latin-1.
  std::vector<Range> word_ranges() const {
    std::vector<Range> ranges = {{0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};
    if (depth_ == 0) ranges.insert(ranges.end(), {{0xB2, 0xB3}, {0xB9, 0xB9}, {0xBC, 0xBE}});
    for (const char* name : {"L", "M"}) {
      const auto more = *unicode::class_ranges(name);
      ranges.insert(ranges.end(), more.begin(), more.end());
    }
    return ranges;
  }
  static constexpr std::string_view kWordRest = "\\p{Nd}\\p{Nl}\\p{Pc}";

  void word(bool negated) { put_class(word_ranges(), kWordRest, negated, 2); }

  // \b and \B by that \w: ICU's own boundary has another idea of words, RE2's knows ASCII only and cannot look around.
  void boundary(bool negated) {
    sayable_ = icu_;
    const std::string word = fmt::format("[{}{}]", spell(word_ranges()), kWordRest);
    put(negated ? fmt::format("(?:(?<={0})(?={0})|(?<!{0})(?!{0}))", word)
                : fmt::format("(?:(?<={0})(?!{0})|(?<!{0})(?={0}))", word),
        2);
  }

  static std::string spell(const std::vector<Range>& ranges) {
    std::string text;
    for (const Range& r : ranges) {
      text += fmt::format("\\x{{{:X}}}", static_cast<std::uint32_t>(r.first));
      if (r.first != r.last) text += fmt::format("-\\x{{{:X}}}", static_cast<std::uint32_t>(r.last));
    }
    return text;
  }

  // `rest` are classes to be added that only the engine knows.
  void put_class(std::vector<Range> ranges, std::string_view rest, bool negated, std::size_t consumed) {
    bool own_set = depth_ == 0;
    if (negated && depth_ > 0) {
      if (rest.empty()) {
        ranges = unicode::complement(ranges);
        negated = false;
      } else {
        own_set = true;
        sayable_ = icu_;
      }
    }
    std::string text = own_set ? (negated ? "[^" : "[") : "";
    text += spell(ranges);
    text += rest;
    if (own_set) text += ']';
    put(text, consumed);
  }

  std::string_view source_;
  bool icu_, multiline_;
  std::size_t at_ = 0;
  int depth_ = 0;  // of brackets
  bool sayable_ = true;
  SpelledRegex out_;
};

}  // namespace

std::optional<SpelledRegex> spell_out_classes(std::string_view source, RegexFlavor flavor) {
  return Speller(source, flavor).run();
}

}  // namespace quern
