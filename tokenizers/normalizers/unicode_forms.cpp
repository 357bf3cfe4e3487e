#include "tokenizers/normalizers/unicode_forms.h"

#include <algorithm>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/ascii_words.h"
#include "tokenizers/normalizers/hangul.h"
#include "tokenizers/normalizers/unicode_tables.h"

namespace quern::normalizers {
namespace {

using Form = UnicodeForms::Form;

constexpr bool composes(Form form) { return form == Form::nfc || form == Form::nfkc; }
constexpr bool is_compatibility(Form form) { return form == Form::nfkc || form == Form::nfkd; }
constexpr unsigned bit(Form form) { return 1u << static_cast<int>(form); }
constexpr unsigned kAll = bit(Form::nfc) | bit(Form::nfd) | bit(Form::nfkc) | bit(Form::nfkd);

std::u32string_view mapped(const tables::Mapping& mapping) {
  return {tables::kFormsPool.data() + mapping.begin, mapping.size};
}

}  // namespace

const UnicodeForms& UnicodeForms::get() {
  static const UnicodeForms forms;
  return forms;
}

UnicodeForms::UnicodeForms() {
  const auto mark = [this](char32_t c, unsigned forms) {
    unstable_.set(c, static_cast<std::uint8_t>(unstable_[c] | forms));
  };
  // Hangul: syllables come apart under NFD and NFKD, vowels and trailing consonants join what is before them.
  const tables::Range syllables{hangul::kSyllables, hangul::kSyllables + hangul::kSyllableCount - 1};
  unstable_.set(syllables, bit(Form::nfd) | bit(Form::nfkd));
  for (char32_t i = 0; i < hangul::kVowelCount; ++i) mark(hangul::kVowels + i, bit(Form::nfc) | bit(Form::nfkc));
  for (char32_t i = 1; i < hangul::kTrailingCount; ++i) {
    mark(hangul::kTrailing + i, bit(Form::nfc) | bit(Form::nfkc));
  }
  for (const auto& [first, last, value] : tables::kCombiningClasses) {
    for (char32_t c = first; c <= last; ++c) {
      combining_classes_.set(c, value);
      mark(c, kAll);
    }
  }
  std::uint16_t index = 0;
  for (const tables::Mapping& mapping : tables::kCanonical) {
    canonical_.set(mapping.from, ++index);
    mark(mapping.from, kAll);
  }
  index = 0;
  for (const tables::Mapping& mapping : tables::kCompatibility) {
    compatibility_.set(mapping.from, ++index);
    mark(mapping.from, bit(Form::nfkc) | bit(Form::nfkd));
  }
  // A starter that is composed of others stays as it is under composing forms, unless it is different there.
  for (const auto& [first, second, composite] : tables::kCompositions) {
    if (combining_classes_[composite] == 0) {
      const unsigned stable = bit(Form::nfc) | (compatibility_[composite] == 0 ? bit(Form::nfkc) : 0u);
      unstable_.set(composite, static_cast<std::uint8_t>(unstable_[composite] & ~stable));
    }
  }
  for (const tables::Composition& pair : tables::kCompositions) mark(pair.second, bit(Form::nfc) | bit(Form::nfkc));
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

// The first character that may change; boundary moves to the last place before it where the text can be cut.
const char* UnicodeForms::first_unstable(Form form, const char* p, const char* end, const char*& boundary) const {
  while (p < end) {
    if (end - p >= 8 && ascii::not_ascii(ascii::load(p)) == 0) {
      p += 8;
      boundary = p - 1;
      continue;
    }
    const char* from = p;
    if (!is_inert(form, utf8::decode(p))) return from;
    boundary = from;
  }
  boundary = end;
  return end;
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

bool UnicodeForms::normalize(Form form, std::string_view text, std::string& out) const {
  const char *p = text.data(), *end = p + text.size(), *copied = p, *boundary = p;
  p = first_unstable(form, p, end, boundary);
  if (p == end) return false;
  out.clear();
  out.reserve(text.size() + text.size() / 4);
  Parts parts;
  while (p < end) {
    const char* begin = composes(form) ? boundary : p;
    while (p < end) {
      const char* next = p;
      if (is_inert(form, utf8::decode(next))) break;
      p = next;
    }
    out.append(copied, begin);
    copied = boundary = p;
    parts.clear();
    take_apart(form, {begin, static_cast<std::size_t>(p - begin)}, parts);
    if (composes(form)) put_together(parts);
    for (const Part& part : parts) utf8::append(out, part.edit.character);
    p = first_unstable(form, p, end, boundary);
  }
  out.append(copied, end);
  return true;
}

void UnicodeForms::normalize(Form form, NormalizedText& text) const {
  const char *begin = text.text.data(), *end = begin + text.text.size(), *boundary = begin;
  if (first_unstable(form, begin, end, boundary) == end) return;
  Parts parts;
  take_apart(form, text.text, parts);
  if (composes(form)) put_together(parts);
  std::vector<Edit> edits;
  edits.reserve(parts.size());
  for (const Part& part : parts) edits.push_back(part.edit);
  apply_edits(edits, 0, text);
}

}  // namespace quern::normalizers
