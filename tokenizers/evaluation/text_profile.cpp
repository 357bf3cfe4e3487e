#include "tokenizers/evaluation/text_profile.h"

#include "core/text/utf8.h"

namespace quern {

void TextProfile::read(std::string_view text) {
  text_ = text;
  find_characters();
  resolve_scripts();
  breaker_.find_words(text, word_ends_);
}

void TextProfile::find_characters() {
  begins_.clear(), code_points_.clear();
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t valid = at + utf8::valid_prefix(text_.substr(at));
    while (at < valid) {
      begins_.push_back(at);
      const char* p = text_.data() + at;
      code_points_.push_back(utf8::decode(p));
      at = static_cast<std::size_t>(p - text_.data());
    }
    if (at == text_.size()) break;
    begins_.push_back(at);
    code_points_.push_back(utf8::kReplacement);
    at += utf8::maximal_subpart(text_, at);
  }
  begins_.push_back(text_.size());
}

void TextProfile::resolve_scripts() {
  const unicode::ScriptTable& script_of = unicode::ScriptTable::instance();
  scripts_.clear();
  std::size_t leading = 0;  // characters before the first with a script of its own
  for (const char32_t c : code_points_) {
    const int script = script_of(c);
    if (unicode::is_own_script(script)) {
      scripts_.push_back(static_cast<std::uint16_t>(script));
    } else if (leading == scripts_.size()) {
      scripts_.push_back(0), ++leading;
    } else {
      scripts_.push_back(scripts_.back());
    }
  }
  if (leading < scripts_.size()) std::fill_n(scripts_.begin(), leading, scripts_[leading]);
}

}  // namespace quern
