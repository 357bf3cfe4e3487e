#include "tokenizers/normalizers/character_map.h"

#include <cstring>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/ascii_words.h"
#include "tokenizers/normalizers/hangul.h"

namespace quern::normalizers {
namespace {

constexpr std::size_t kMostText = 63;
constexpr std::size_t kSlack = kMostText + 2 + 8;  // what one step of the loop below may write

// Writes to a string that is larger than what it holds, so that nothing is filled in or counted along the way.
class Writer {
 public:
  Writer(std::string& out, std::size_t expected) : out_(out) {
    if (out_.size() < expected + kSlack) out_.resize(expected + kSlack);
    at_ = out_.data();
    limit_ = out_.data() + out_.size() - kSlack;
  }
  ~Writer() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
  Writer(const Writer&) = delete;

  // Room for kSlack bytes.
  void make_room() {
    if (at_ <= limit_) return;
    const auto used = static_cast<std::size_t>(at_ - out_.data());
    out_.resize(used + used / 2 + 2 * kSlack);
    at_ = out_.data() + used;
    limit_ = out_.data() + out_.size() - kSlack;
  }
  void put(char c) { *at_++ = c; }
  void put(const char* bytes, std::size_t size) {
    std::memcpy(at_, bytes, size);
    at_ += size;
  }
  // The first `size` bytes of a word.
  void put(std::uint64_t word, std::size_t size) {
    ascii::store(at_, word);
    at_ += size;
  }
  // A character of two to four bytes, in text that goes on until `end`.
  void put_character(const char* p, std::size_t size, const char* end) {
    if (end - p < 4) return put(p, size);
    std::memcpy(at_, p, 4);
    at_ += size;
  }

 private:
  std::string& out_;
  char *at_ = nullptr, *limit_ = nullptr;
};

}  // namespace

void CharacterMap::replace(char32_t c, std::string_view text) {
  if (c < 0x80) controls_change_ = true;
  if (text.empty()) return actions_.set(c, Action::kRemoved);
  auto begin = texts_.find(text);
  if (begin == texts_.npos) {
    begin = texts_.size();
    texts_ += text;
  }
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

void CharacterMap::append(char32_t c, std::string& out) const {
  const Action action = this->action(c);
  if (action.has(Action::kPadded)) out += ' ';
  switch (action.kind()) {
    case Action::kRemoved: break;
    case Action::kReplaced: out.append(texts_, action.text(), action.size()); break;
    case Action::kJamo: {
      char32_t jamo[3];
      const int count = hangul::decompose(c, jamo);
      for (int i = 0; i < count; ++i) utf8::append(out, jamo[i]);
      break;
    }
    default: utf8::append(out, c < 0x80 && lower_ascii_ && ascii::is_capital(static_cast<char>(c)) ? c | 0x20 : c);
  }
  if (action.has(Action::kPadded)) out += ' ';
}

// The first character that becomes another, or `end`.
const char* CharacterMap::first_change(const char* p, const char* end) const {
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
    const char* from = p;
    const char32_t c = utf8::decode(p);
    if (!action(c).same() || (lower_ascii_ && c < 0x80 && ascii::is_capital(static_cast<char>(c)))) return from;
  }
  return end;
}

bool CharacterMap::changes(std::string_view text) const {
  const char* end = text.data() + text.size();
  return first_change(text.data(), end) != end;
}

bool CharacterMap::normalize(std::string_view text, std::string& out) const {
  const char *p = text.data(), *end = p + text.size();
  Writer writer(out, text.size() + text.size() / 8);
  std::string piece;  // what few characters become
  while (p < end) {
    writer.make_room();
    if (end - p >= 8) {
      const std::uint64_t word = ascii::load(p);
      std::uint64_t stops = ascii::not_ascii(word);
      if (controls_change_) stops |= ascii::controls(word & ~ascii::kHighBits) & ~stops;
      if (const auto plain = static_cast<std::size_t>(ascii::before(stops)); plain > 0) {
        writer.put(lower_ascii_ ? ascii::lower(word & ~ascii::kHighBits) : word, plain);
        p += plain;
        continue;
      }
    }
    const char* from = p;
    const char32_t c = utf8::decode(p);
    const Action action = this->action(c);
    const auto size = static_cast<std::size_t>(p - from);
    if (action.same()) {
      if (size > 1) {
        writer.put_character(from, size, end);
      } else {
        writer.put(lower_ascii_ && ascii::is_capital(*from) ? static_cast<char>(*from | 0x20) : *from);
      }
    } else if (action.bits() == Action::kPadded) {
      writer.put(' ');
      writer.put_character(from, size, end);
      writer.put(' ');
    } else if (action.bits() != Action::kRemoved) {
      if (action.has(Action::kRefused)) return false;
      piece.clear();
      append(c, piece);
      writer.put(piece.data(), piece.size());
    }
  }
  return true;
}

bool CharacterMap::normalize(NormalizedText& text) const {
  NormalizedText result;
  const std::string& old = text.text;
  const char *begin = old.data(), *end = begin + old.size();
  const auto index = [begin](const char* p) { return static_cast<std::size_t>(p - begin); };
  for (const char* p = begin;;) {
    const char* change = first_change(p, end);
    result.text.append(p, change);
    result.begins.insert(result.begins.end(), text.begins.begin() + index(p), text.begins.begin() + index(change));
    result.ends.insert(result.ends.end(), text.ends.begin() + index(p), text.ends.begin() + index(change));
    if (change == end) break;
    const std::size_t at = index(change);
    p = change;
    const char32_t c = utf8::decode(p);
    if (action(c).has(Action::kRefused)) return false;
    append(c, result.text);
    result.begins.resize(result.text.size(), text.begins[at]);
    result.ends.resize(result.text.size(), text.ends[at]);
  }
  text = std::move(result);
  return true;
}

}  // namespace quern::normalizers
