// Where normalizers write: text alone, or text and for each of its bytes the byte of the old text that it comes from.
//
//   template <class Writer>
//   void shout(std::string_view text, Writer& writer) {
//     for (std::size_t i = 0; i < text.size(); ++i) {
//       writer.make_room();                           // for kSlack bytes
//       writer.put(text[i], i);
//     }
//   }
//
// The string is made larger than what it holds and cut when the writer goes, so that no write asks for memory or clears
// it. Words (ascii_words.h) are written whole though less of them counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/normalizers/ascii_words.h"

namespace quern::normalizers {

class TextWriter {
 public:
  static constexpr std::size_t kSlack = 96;

  TextWriter(std::string& out, std::size_t expected) : out_(out) {
    if (out_.size() < expected + kSlack) out_.resize(expected + kSlack);
    set(0);
  }
  ~TextWriter() { out_.resize(size()); }
  TextWriter(const TextWriter&) = delete;

  std::size_t size() const { return static_cast<std::size_t>(at_ - out_.data()); }
  std::string_view text() const { return {out_.data(), size()}; }
  void cut(std::size_t size) { at_ = out_.data() + size; }

  // Room for kSlack bytes and `more`. True when the text has moved.
  bool make_room(std::size_t more = 0) {
    if (at_ + more <= limit_) return false;
    const std::size_t used = size();
    out_.resize(used + used / 2 + more + 2 * kSlack);
    set(used);
    return true;
  }

  // --- within the room there is ---
  void put(char c, std::size_t /*origin*/) { *at_++ = c; }
  void put(std::string_view bytes, std::size_t /*origin*/) {
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  // The first `size` bytes of a word, all of one origin.
  void put_word(std::uint64_t word, std::size_t size, std::size_t /*origin*/) {
    ascii::store(at_, word);
    at_ += size;
  }
  // The same, each byte of its own origin.
  void copy_word(std::uint64_t word, std::size_t size, std::size_t /*origin*/) {
    ascii::store(at_, word);
    at_ += size;
  }
  std::size_t capacity() const { return out_.size(); }

 private:
  void set(std::size_t used) {
    at_ = out_.data() + used;
    limit_ = out_.data() + out_.size() - kSlack;
  }

  std::string& out_;
  char *at_ = nullptr, *limit_ = nullptr;
};

class OriginWriter {
 public:
  static constexpr std::size_t kSlack = TextWriter::kSlack;
  static constexpr std::size_t kNone = 0xFFFFFFFF;  // the origin of what comes from nothing

  OriginWriter(std::string& out, std::vector<std::uint32_t>& origins, std::size_t expected)
      : text_(out, expected), origins_(origins) {
    origins_.resize(text_.capacity());
  }
  ~OriginWriter() { origins_.resize(text_.size()); }
  OriginWriter(const OriginWriter&) = delete;

  std::size_t size() const { return text_.size(); }
  std::string_view text() const { return text_.text(); }
  void cut(std::size_t size) { text_.cut(size); }
  bool make_room(std::size_t more = 0) {
    if (!text_.make_room(more)) return false;
    origins_.resize(text_.capacity());
    return true;
  }
  std::uint32_t origin(std::size_t byte) const { return origins_[byte]; }

  void put(char c, std::size_t origin) {
    origins_[text_.size()] = static_cast<std::uint32_t>(origin);
    text_.put(c, origin);
  }
  void put(std::string_view bytes, std::size_t origin) {
    std::uint32_t* to = origins_.data() + text_.size();
    for (std::size_t i = 0; i < bytes.size(); ++i) to[i] = static_cast<std::uint32_t>(origin);
    text_.put(bytes, origin);
  }
  void put_word(std::uint64_t word, std::size_t size, std::size_t origin) {
    std::uint32_t* to = origins_.data() + text_.size();
    for (std::size_t i = 0; i < 8; ++i) to[i] = static_cast<std::uint32_t>(origin);
    text_.put_word(word, size, origin);
  }
  void copy_word(std::uint64_t word, std::size_t size, std::size_t origin) {
    std::uint32_t* to = origins_.data() + text_.size();
    for (std::size_t i = 0; i < 8; ++i) to[i] = static_cast<std::uint32_t>(origin + i);
    text_.copy_word(word, size, origin);
  }

 private:
  TextWriter text_;
  std::vector<std::uint32_t>& origins_;
};

// A character of `size` bytes at p, in a text that goes on until `end`.
template <class Writer>
void put_character(Writer& writer, const char* p, std::size_t size, const char* end, std::size_t origin) {
  if (end - p < 8) return writer.put({p, size}, origin);
  writer.put_word(ascii::load(p), size, origin);
}

}  // namespace quern::normalizers
