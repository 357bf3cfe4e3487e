#include "tokenizers/normalizers/unicode_forms.h"

#include <algorithm>
#include <utility>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/hangul.h"
#include "tokenizers/normalizers/text_writer.h"
#include "tokenizers/normalizers/unicode_tables.h"

namespace quern::normalizers {
namespace {

using Form = UnicodeForms::Form;

constexpr bool composes(Form form) { return form == Form::nfc || form == Form::nfkc; }
constexpr bool is_compatibility(Form form) { return form == Form::nfkc || form == Form::nfkd; }

std::u32string_view mapped(const tables::Mapping& mapping) {
  return {tables::kFormsPool.data() + mapping.begin, mapping.size};
}

}  // namespace

const UnicodeForms& UnicodeForms::get() {
  static const UnicodeForms forms;
  return forms;
}

UnicodeForms::UnicodeForms() {
  for (const auto& [first, last, value] : tables::kCombiningClasses) {
    for (char32_t c = first; c <= last; ++c) combining_classes_.set(c, value);
  }
  std::uint16_t index = 0;
  for (const tables::Mapping& mapping : tables::kCanonical) canonical_.set(mapping.from, ++index);
  index = 0;
  for (const tables::Mapping& mapping : tables::kCompatibility) compatibility_.set(mapping.from, ++index);

  CodePointMap<std::uint8_t> joins_previous;
  for (const tables::Composition& pair : tables::kCompositions) joins_previous.set(pair.second, 1);
  joins_previous.set({hangul::kVowels, hangul::kVowels + hangul::kVowelCount - 1}, 1);
  joins_previous.set({hangul::kTrailing + 1, hangul::kTrailing + hangul::kTrailingCount - 1}, 1);
  for (const Form form : {Form::nfc, Form::nfd, Form::nfkc, Form::nfkd}) fill_map(form, joins_previous);
}

void UnicodeForms::fill_map(Form form, const CodePointMap<std::uint8_t>& joins_previous) {
  CharacterMap& map = maps_[static_cast<std::size_t>(form)];
  Parts parts;
  std::string from, text;
  const auto fill = [&](char32_t c) {
    from.clear();
    utf8::append(from, c);
    parts.clear();
    take_apart(form, from, parts);
    const bool starts = parts[0].combining_class == 0;
    if (!starts || (composes(form) && joins_previous[parts[0].edit.character] != 0)) return map.refuse(c);
    if (composes(form)) put_together(parts);
    text.clear();
    for (const Part& part : parts) utf8::append(text, part.edit.character);
    if (text != from) map.replace(c, text);
  };
  for (const auto& [first, last, value] : tables::kCombiningClasses) {
    for (char32_t c = first; c <= last; ++c) fill(c);
  }
  for (const tables::Mapping& mapping : tables::kCanonical) fill(mapping.from);
  for (const tables::Mapping& mapping : tables::kCompatibility) fill(mapping.from);
  if (!composes(form)) return map.decompose_hangul();
  for (const tables::Composition& pair : tables::kCompositions) fill(pair.second);
  for (char32_t i = 0; i < hangul::kVowelCount; ++i) fill(hangul::kVowels + i);
  for (char32_t i = 1; i < hangul::kTrailingCount; ++i) fill(hangul::kTrailing + i);
}

void UnicodeForms::decompose(char32_t c, bool compatibility, std::u32string& out) const {
  if (hangul::is_syllable(c)) {
    char32_t jamo[3];
    out.append(jamo, static_cast<std::size_t>(hangul::decompose(c, jamo)));
  } else if (const auto special = compatibility ? compatibility_[c] : std::uint16_t{0}; special != 0) {
    out += mapped(tables::kCompatibility[special - 1u]);
  } else if (const auto index = canonical_[c]; index != 0) {
    out += mapped(tables::kCanonical[index - 1u]);
  } else {
    out += c;
  }
}

char32_t UnicodeForms::compose(char32_t first, char32_t second) const {
  if (const char32_t syllable = hangul::compose(first, second); syllable != 0) return syllable;
  const auto& pairs = tables::kCompositions;
  const auto found = std::lower_bound(pairs.begin(), pairs.end(), std::pair(first, second),
                                      [](const tables::Composition& pair, const std::pair<char32_t, char32_t>& wanted) {
                                        return std::pair(pair.first, pair.second) < wanted;
                                      });
  return found != pairs.end() && found->first == first && found->second == second ? found->composite : 0;
}

// Characters in canonical order, fully taken apart. The first part of a character replaces it, the others are put in.
void UnicodeForms::take_apart(Form form, std::string_view text, Parts& parts) const {
  std::u32string pieces;
  for (const char *p = text.data(), *end = p + text.size(); p < end;) {
    pieces.clear();
    decompose(utf8::decode(p), is_compatibility(form), pieces);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      parts.push_back({{pieces[i], i == 0 ? 0 : 1}, combining_classes_[pieces[i]]});
    }
  }
  reorder(parts);
}

void UnicodeForms::reorder(Parts& parts) {
  const auto is_starter = [](const Part& part) { return part.combining_class == 0; };
  const auto earlier = [](const Part& a, const Part& b) { return a.combining_class < b.combining_class; };
  for (auto at = parts.begin(); at != parts.end();) {
    const auto begin = std::find_if_not(at, parts.end(), is_starter);
    at = std::find_if(begin, parts.end(), is_starter);
    if (!std::is_sorted(begin, at, earlier)) std::stable_sort(begin, at, earlier);
  }
}

// Composes in place. What joins a character makes it one that replaces as many more of the old text.
void UnicodeForms::put_together(Parts& parts) const {
  std::size_t size = 0, starter = parts.size();
  int before = -1;  // the class of what stands last behind the starter; -1: nothing does
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part part = parts[i];
    if (starter < size && before < static_cast<int>(part.combining_class)) {
      Part& base = parts[starter];
      if (const char32_t composite = compose(base.edit.character, part.edit.character); composite != 0) {
        base.edit = {composite, base.edit.change + part.edit.change - 1};
        continue;
      }
    }
    if (part.combining_class == 0) {
      starter = size;
      before = -1;
    } else {
      before = part.combining_class;
    }
    parts[size++] = part;
  }
  parts.resize(size);
}

template <class Writer>
void UnicodeForms::run(Form form, std::string_view text, Writer& writer) const {
  const CharacterMap& map = maps_[static_cast<std::size_t>(form)];
  Parts parts;
  std::vector<Edit> edits;
  std::size_t done = 0;  // all before it is written
  while (done < text.size()) {
    const std::size_t stop = map.run(text, done, writer);
    if (stop == text.size()) break;
    // The character before this one may change with it: what was written for it is taken back.
    std::size_t begin = stop;
    if (begin > done) {
      do --begin;
      while ((static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80);
      writer.cut(writer.size() - map.output_size(text.substr(begin, stop - begin)));
    }
    done = stop;
    while (done < text.size()) {
      const char* p = text.data() + done;
      if (!map.action(utf8::decode(p)).has(CharacterMap::Action::kRefused)) break;
      done = static_cast<std::size_t>(p - text.data());
    }
    parts.clear();
    take_apart(form, text.substr(begin, done - begin), parts);
    if (composes(form)) put_together(parts);
    edits.clear();
    for (const Part& part : parts) edits.push_back(part.edit);
    put_edits(writer, edits, text, begin);
  }
}

bool UnicodeForms::normalize(Form form, std::string_view text, std::string& out) const {
  const CharacterMap& map = maps_[static_cast<std::size_t>(form)];
  if (map.first_change(text, 0) == text.size()) return false;
  TextWriter writer(out, text.size() + text.size() / 4);
  run(form, text, writer);
  return true;
}

void UnicodeForms::normalize(Form form, NormalizedText& text) const {
  const CharacterMap& map = maps_[static_cast<std::size_t>(form)];
  if (map.first_change(text.text, 0) == text.text.size()) return;
  std::string out;
  std::vector<std::uint32_t> origins;
  {
    OriginWriter writer(out, origins, text.text.size() + text.text.size() / 4);
    run(form, text.text, writer);
  }
  text.become(std::move(out), origins);
}

}  // namespace quern::normalizers
