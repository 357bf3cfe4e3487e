// SentencePiece's normalizer: at each place the longest user-defined piece, which stays, or the longest rule; then runs
// of spaces become one, spaces become U+2581, and one is put in front (or behind).
#include <algorithm>
#include <array>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/charsmap.h"
#include "tokenizers/normalizers/double_array.h"
#include "tokenizers/normalizers/normalizer_step.h"

namespace quern {
namespace {

using normalizers::Charsmap;
using normalizers::DoubleArray;

constexpr std::string_view kMark = "\xE2\x96\x81", kReplacement = "\xEF\xBF\xBD";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// --- where the result goes -------------------------------------------------------------------------------------------

// Every write says which byte of the text it stands for; of a copied character all bytes stand for its first one.
class PlainSink {
 public:
  explicit PlainSink(std::string& out) : out_(out) {}
  void put(std::string_view bytes, std::size_t) { out_ += bytes; }
  void put_ascii(char c, std::size_t) { out_ += c; }
  void copy(std::string_view text, std::size_t begin, std::size_t end) { out_.append(text, begin, end - begin); }
  std::string& text() { return out_; }
  std::size_t cut(std::size_t size) { return out_.resize(size), 0; }

 private:
  std::string& out_;
};

class AlignedSink {
 public:
  explicit AlignedSink(NormalizedText& out) : out_(out) {}
  void put(std::string_view bytes, std::size_t origin) {
    out_.text += bytes;
    out_.begins.resize(out_.text.size(), static_cast<std::uint32_t>(origin));
  }
  void put_ascii(char c, std::size_t origin) { put({&c, 1}, origin); }
  void copy(std::string_view text, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin, character = begin; i < end; ++i) {
      if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) character = i;
      put_ascii(text[i], character);
    }
  }
  std::string& text() { return out_.text; }
  // Returns what the first byte that goes stood for.
  std::size_t cut(std::size_t size) {
    const std::size_t origin = out_.begins[size];
    out_.text.resize(size);
    out_.begins.resize(size);
    return origin;
  }

 private:
  NormalizedText& out_;
};

// --- the normalizer --------------------------------------------------------------------------------------------------

class SentencePieceStep final : public NormalizerStep {
 public:
  SentencePieceStep(const SentencePieceNormalizer& part, const std::vector<std::string>& untouched)
      : part_(part), rules_(part.charsmap), untouched_(compile(untouched)), space_(part.escape_whitespaces ? kMark : " ") {
    part_.charsmap.clear();
    for (int c = 0; c < 0x80; ++c) ascii_[static_cast<std::size_t>(c)] = fate_of(static_cast<char>(c));
  }

  bool normalize(std::string_view text, std::string& out) const override {
    out.clear();
    out.reserve(text.size() + text.size() / 4 + kMark.size());
    run(text, PlainSink(out));
    return true;
  }

  // Stands alone: the text that comes in is the original.
  void normalize(NormalizedText& aligned) const override {
    const std::string text = std::move(aligned.text);
    aligned = {};
    const std::size_t end = run(text, AlignedSink(aligned));
    aligned.ends.assign(aligned.begins.begin(), aligned.begins.end());
    if (aligned.ends.empty()) return;
    aligned.ends.erase(aligned.ends.begin());
    aligned.ends.push_back(static_cast<std::uint32_t>(end));
  }

 private:
  static DoubleArray compile(const std::vector<std::string>& untouched) {
    std::vector<std::pair<std::string, std::uint32_t>> keys;
    for (const std::string& piece : untouched) keys.emplace_back(piece.substr(0, piece.find('\0')), 0);
    std::erase_if(keys, [](const auto& key) { return key.first.empty(); });
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys.empty() ? DoubleArray() : DoubleArray(DoubleArray::build(keys));
  }

  // What an ASCII character becomes when another one, or nothing, is behind it: one character, or 0, to be looked up.
  char fate_of(char c) const {
    if (c == '\0') return c;
    std::string prefix{c};
    if (untouched_.has_key_with(prefix)) return 0;
    const Charsmap::Match alone = rules_.longest(prefix);
    prefix += ' ';
    for (prefix[1] = 1; is_ascii(prefix[1]); ++prefix[1]) {
      if (alone.size == 0 && rules_.has_rule_with(prefix)) return 0;
      if (alone.size > 0 && rules_.longest(prefix).size > 1) return 0;
    }
    if (alone.size == 0) return c;
    return alone.output.size() == 1 ? alone.output[0] : '\0';
  }

  struct Prefix {
    std::size_t size;  // bytes of the text
    std::string_view output;
  };
  Prefix prefix(std::string_view text) const {
    if (const auto piece = untouched_.longest(text); piece.size > 0) return {piece.size, text.substr(0, piece.size)};
    if (const auto rule = rules_.longest(text); rule.size > 0) return {rule.size, rule.output};
    const std::size_t size = character_size(text);
    if (size == 0) return {1, kReplacement};
    return {size, text.substr(0, size)};
  }

  // Bytes of the well-formed character that the text begins with; 0: it is malformed.
  static std::size_t character_size(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return 1;
    const std::size_t size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (size == 0 || text.size() < size) return 0;
    return utf8::valid_prefix(text.substr(0, size)) == size ? size : 0;
  }

  // Returns what follows the result in the text.
  template <class Sink>
  std::size_t run(std::string_view text, Sink sink) const {
    std::size_t at = 0;
    if (part_.remove_extra_whitespaces) {
      while (at < text.size()) {
        const Prefix next = prefix(text.substr(at));
        if (next.output != " ") break;
        at += next.size;
      }
    }
    if (at == text.size()) return at;
    const bool dummy = part_.add_dummy_prefix;
    if (dummy && !part_.whitespace_as_suffix) sink.put(space_, at);
    body(text, at, sink);
    at = text.size();
    if (part_.remove_extra_whitespaces) {
      while (std::string_view(sink.text()).ends_with(space_)) at = sink.cut(sink.text().size() - space_.size());
    }
    if (dummy && part_.whitespace_as_suffix) sink.put(space_, at);
    return at;
  }

  template <class Sink>
  void body(std::string_view text, std::size_t at, Sink& sink) const {
    const bool well_formed = utf8::is_valid(text);
    bool behind_space = part_.remove_extra_whitespaces;
    while (at < text.size()) {
      const std::size_t end = plain_run(text, at, well_formed);
      if (end > at) {
        sink.copy(text, at, end);
        at = end;
        behind_space = false;
        continue;
      }
      if (is_ascii(text[at]) && (at + 1 == text.size() || is_ascii(text[at + 1]))) {
        const char fate = ascii_[static_cast<unsigned char>(text[at])];
        if (fate != 0) {
          if (fate != ' ') {
            sink.put_ascii(fate, at);
          } else if (!behind_space) {
            sink.put(space_, at);
          }
          behind_space = fate == ' ' && part_.remove_extra_whitespaces;
          ++at;
          continue;
        }
      }
      const Prefix next = prefix(text.substr(at));
      behind_space = write(next.output, at, behind_space, sink);
      at += next.size;
    }
  }

  // The end of the characters from `at` on that stay as they are. The last one before a character beyond ASCII may not.
  std::size_t plain_run(std::string_view text, std::size_t at, bool well_formed) const {
    const char *p = text.data() + at, *end = text.data() + text.size();
    while (p < end) {
      if (is_ascii(*p)) {
        if (*p == ' ' || *p == '\0' || ascii_[static_cast<unsigned char>(*p)] != *p) break;
        if (p + 1 < end && !is_ascii(p[1])) break;
        ++p;
      } else {
        if (!well_formed) break;
        const char* next = p;
        const char32_t c = utf8::decode(next);
        if (rules_.concerns(c) || !untouched_.empty()) break;
        p = next;
      }
    }
    return static_cast<std::size_t>(p - text.data());
  }

  // Returns whether the text so far ends with a space that others should not follow.
  template <class Sink>
  bool write(std::string_view output, std::size_t origin, bool behind_space, Sink& sink) const {
    while (behind_space && output.starts_with(' ')) output.remove_prefix(1);
    if (!output.empty()) {
      behind_space = output.back() == ' ';
      for (std::size_t begin = 0; begin < output.size();) {
        const std::size_t end = std::min(output.find(' ', begin), output.size());
        sink.put(output.substr(begin, end - begin), origin);
        if (end < output.size()) sink.put(space_, origin);
        begin = end + 1;
      }
    }
    return behind_space && part_.remove_extra_whitespaces;
  }

  SentencePieceNormalizer part_;
  Charsmap rules_;
  DoubleArray untouched_;
  std::string_view space_;
  std::array<char, 0x80> ascii_{};
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_step(const SentencePieceNormalizer& part,
                                                const std::vector<std::string>& untouched) {
  return std::make_unique<SentencePieceStep>(part, untouched);
}

}  // namespace quern
