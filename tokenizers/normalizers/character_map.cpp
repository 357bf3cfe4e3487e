#include "tokenizers/normalizers/character_map.h"

#include <utility>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/ascii_words.h"
#include "tokenizers/normalizers/hangul.h"
#include "tokenizers/normalizers/text_writer.h"

namespace quern::normalizers {
namespace {

bool is_ascii(char c) { return static_cast<signed char>(c) >= 0; }
std::string_view view(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

}  // namespace

void CharacterMap::replace(char32_t c, std::string_view text) {
  if (c < 0x80) controls_change_ = true;
  if (text.empty()) return actions_.set(c, Action::kRemoved);
  const std::size_t begin = texts_.size();
  texts_ += text;
  const std::uint32_t padded = actions_[c] & Action::kPadded;
  actions_.set(c, Action::kReplaced | padded | static_cast<std::uint32_t>(text.size()) << Action::kSizeShift |
                      static_cast<std::uint32_t>(begin) << Action::kTextShift);
}

void CharacterMap::remove(tables::Range range) {
  if (range.first < 0x80) controls_change_ = true;
  actions_.set(range, Action::kRemoved);
}

void CharacterMap::decompose_hangul() {
  actions_.set({hangul::kSyllables, hangul::kSyllables + hangul::kSyllableCount - 1}, Action::kJamo);
}

void CharacterMap::lower_ascii() { lower_ascii_ = true; }

std::size_t CharacterMap::first_change(std::string_view text, std::size_t at) const {
  const char *p = text.data() + at, *end = text.data() + text.size();
  const auto place = [&](const char* found) { return static_cast<std::size_t>(found - text.data()); };
  while (p < end) {
    if (end - p >= 8) {
      const std::uint64_t word = ascii::load(p);
      if (ascii::not_ascii(word) == 0) {
        std::uint64_t changes = 0;
        if (lower_ascii_) changes |= ascii::capitals(word);
        if (controls_change_) changes |= ascii::controls(word);
        if (changes == 0) {
          p += 8;
          continue;
        }
      }
    }
    do {
      const char* from = p;
      const char32_t c = utf8::decode(p);
      if (!action(c).same() || (lower_ascii_ && ascii::is_capital(*from))) return place(from);
    } while (p < end && !is_ascii(*p));
  }
  return text.size();
}

std::size_t CharacterMap::output_size(std::string_view character) const {
  const char* p = character.data();
  const char32_t c = utf8::decode(p);
  const Action action = this->action(c);
  const std::size_t padding = action.has(Action::kPadded) ? 2 : 0;
  switch (action.kind()) {
    case Action::kRemoved:
      return 0;
    case Action::kReplaced:
      return action.size() + padding;
    case Action::kJamo:
      return (c - hangul::kSyllables) % hangul::kTrailingCount == 0 ? 6 : 9;
    default:
      return character.size() + padding;
  }
}

// Characters that change, most of them rare.
template <class Writer>
void CharacterMap::put(char32_t c, Action action, std::string_view bytes, std::size_t origin, Writer& writer) const {
  if (action.has(Action::kPadded)) writer.put(' ', origin);
  switch (action.kind()) {
    case Action::kRemoved:
      break;
    case Action::kReplaced:
      writer.put(text(action), origin);
      break;
    case Action::kJamo: {
      char32_t jamo[3];
      const int count = hangul::decompose(c, jamo);
      for (int i = 0; i < count; ++i) {  // all of them are of three bytes
        const std::uint64_t word = 0x8080E0 | jamo[i] >> 12 | (jamo[i] >> 6 & 0x3F) << 8 | (jamo[i] & 0x3F) << 16;
        writer.put_word(word, 3, origin);
      }
      break;
    }
    default:
      writer.put(bytes, origin);
  }
  if (action.has(Action::kPadded)) writer.put(' ', origin);
}

template <class Writer>
std::size_t CharacterMap::run(std::string_view text, std::size_t at, Writer& writer) const {
  const char *p = text.data() + at, *end = text.data() + text.size();
  const auto place = [&](const char* q) { return static_cast<std::size_t>(q - text.data()); };
  while (p < end) {
    writer.make_room();
    if (end - p >= 8) {
      const std::uint64_t word = ascii::load(p);
      std::uint64_t stops = ascii::not_ascii(word);
      const std::uint64_t letters = word & ~ascii::kHighBits;
      if (controls_change_) stops |= ascii::controls(letters);
      if (const auto plain = static_cast<std::size_t>(ascii::before(stops)); plain > 0) {
        writer.copy_word(lower_ascii_ ? ascii::lower(letters) : word, plain, place(p));
        p += plain;
        continue;
      }
    }
    do {
      writer.make_room();
      const char* from = p;
      const char32_t c = utf8::decode(p);
      const Action action = this->action(c);
      const auto size = static_cast<std::size_t>(p - from);
      if (action.same()) {
        if (size > 1) {
          put_character(writer, from, size, end, place(from));
        } else {
          writer.put(lower_ascii_ && ascii::is_capital(*from) ? static_cast<char>(*from | 0x20) : *from, place(from));
        }
      } else if (action.bits() == Action::kPadded && size == 3 && end - from >= 8) {  // an ideograph
        constexpr std::uint64_t kPadding = std::uint64_t{' '} << 32 | ' ';
        writer.put_word((ascii::load(from) & 0xFFFFFF) << 8 | kPadding, 5, place(from));
      } else if (action.has(Action::kRefused)) {
        return place(from);
      } else {
        put(c, action, view(from, p), place(from), writer);
      }
    } while (p < end && !is_ascii(*p));
  }
  return text.size();
}

template std::size_t CharacterMap::run(std::string_view text, std::size_t at, TextWriter& writer) const;
template std::size_t CharacterMap::run(std::string_view text, std::size_t at, OriginWriter& writer) const;

bool CharacterMap::normalize(std::string_view text, std::string& out) const {
  TextWriter writer(out, text.size() + text.size() / 8);
  return run(text, 0, writer) == text.size();
}

bool CharacterMap::normalize(NormalizedText& text) const {
  if (first_change(text.text, 0) == text.text.size()) return true;
  std::string out;
  std::vector<std::uint32_t> origins;
  bool whole = false;
  {
    OriginWriter writer(out, origins, text.text.size() + text.text.size() / 8);
    whole = run(text.text, 0, writer) == text.text.size();
  }
  if (whole) text.become(std::move(out), origins);
  return whole;
}

}  // namespace quern::normalizers
