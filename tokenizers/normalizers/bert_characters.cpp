#include "tokenizers/normalizers/bert_characters.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/lowercase.h"
#include "tokenizers/normalizers/unicode_forms.h"
#include "tokenizers/normalizers/unicode_tables.h"

namespace quern::normalizers {
namespace {

bool strips_accents(const BertNormalizer& options) { return options.strip_accents.value_or(options.lowercase); }

bool is_mark(char32_t c) {
  const auto& marks = tables::kBertMarks;
  const auto range =
      std::partition_point(marks.begin(), marks.end(), [c](const tables::Range& r) { return r.last < c; });
  return range != marks.end() && range->first <= c;
}

const CharacterMap& without_marks() {
  static const CharacterMap map = [] {
    CharacterMap built;
    for (const tables::Range& range : tables::kBertMarks) built.remove(range);
    return built;
  }();
  return map;
}

// Accents off, then small letters, for one character.
class OneCharacter {
 public:
  explicit OneCharacter(const BertNormalizer& options) : options_(options), forms_(UnicodeForms::get()) {}

  void put_into(CharacterMap& map, char32_t c) {
    parts_.clear();
    if (strips_accents(options_)) {
      forms_.decompose(c, false, parts_);
      std::erase_if(parts_, is_mark);
      const auto moves = [this](char32_t part) { return forms_.combining_class(part) != 0; };
      if (std::any_of(parts_.begin(), parts_.end(), moves)) return map.refuse(c);
    } else {
      parts_ += c;
    }
    if (options_.lowercase) {
      lower_.clear();
      for (const char32_t part : parts_) append_lowercase(part, lower_);
      parts_.swap(lower_);
    }
    if (parts_.size() == 1 && parts_[0] == c) return;
    text_.clear();
    for (const char32_t part : parts_) utf8::append(text_, part);
    map.replace(c, text_);
  }

 private:
  const BertNormalizer& options_;
  const UnicodeForms& forms_;
  std::u32string parts_, lower_;
  std::string text_;
};

CharacterMap build(const BertNormalizer& options) {
  CharacterMap map;
  OneCharacter one(options);
  if (options.handle_chinese_chars) {
    for (const tables::Range& range : tables::kBertIdeographs) map.pad(range);
  }
  if (strips_accents(options)) {
    map.decompose_hangul();
    for (const tables::Range& range : tables::kBertMarks) map.remove(range);
    for (const auto& [first, last, value] : tables::kCombiningClasses) {
      for (char32_t c = first; c <= last; ++c) {
        if (!is_mark(c)) map.refuse(c);
      }
    }
    for (const tables::Mapping& mapping : tables::kCanonical) one.put_into(map, mapping.from);
  }
  if (options.lowercase) {
    map.lower_ascii();
    for_each_capital([&](char32_t c) {
      if (c >= 0x80) one.put_into(map, c);
    });
  }
  if (options.clean_text) {  // the first thing that happens to a text, so nothing else happens to these
    for (const tables::Range& range : tables::kBertRemoved) map.remove(range);
    for (const auto& [first, last] : tables::kBertSpaces) {
      for (char32_t c = first; c <= last; ++c) map.replace(c, " ");
    }
  }
  return map;
}

// The normalizer part by part, each over the whole text, for what bert_characters refuses.
constexpr auto kCleanAndPad = [](BertNormalizer options) {
  options.strip_accents = options.lowercase = false;
  return options;
};
constexpr auto kNfd = UnicodeNormalizer::Form::nfd;

}  // namespace

const CharacterMap& bert_characters(const BertNormalizer& options) {
  struct Slot {
    std::once_flag built;
    std::unique_ptr<const CharacterMap> map;
  };
  static std::array<Slot, 16> slots;
  Slot& slot = slots[(options.clean_text ? 1u : 0u) | (options.handle_chinese_chars ? 2u : 0u) |
                     (strips_accents(options) ? 4u : 0u) | (options.lowercase ? 8u : 0u)];
  std::call_once(slot.built, [&] { slot.map = std::make_unique<const CharacterMap>(build(options)); });
  return *slot.map;
}

void normalize_bert(const BertNormalizer& options, std::string_view text, std::string& out) {
  if (bert_characters(options).normalize(text, out)) return;
  std::string other;
  bert_characters(kCleanAndPad(options)).normalize(text, out);
  if (UnicodeForms::get().normalize(kNfd, out, other)) out.swap(other);
  without_marks().normalize(out, other);
  if (options.lowercase) {
    lowercase_characters().normalize(other, out);
  } else {
    out.swap(other);
  }
}

void normalize_bert(const BertNormalizer& options, NormalizedText& text) {
  if (bert_characters(options).normalize(text)) return;
  bert_characters(kCleanAndPad(options)).normalize(text);
  UnicodeForms::get().normalize(kNfd, text);
  without_marks().normalize(text);
  if (options.lowercase) lowercase_characters().normalize(text);
}

}  // namespace quern::normalizers
