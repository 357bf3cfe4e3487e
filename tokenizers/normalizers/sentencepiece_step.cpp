// SentencePiece's normalizer: at each place the longest user-defined piece, which stays, or the longest rule; then runs
// of spaces become one, spaces become U+2581, and one is put in front (or behind).
#include <algorithm>
#include <array>
#include <bitset>
#include <utility>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/ascii_words.h"
#include "tokenizers/normalizers/charsmap.h"
#include "tokenizers/normalizers/double_array.h"
#include "tokenizers/normalizers/normalizer_step.h"
#include "tokenizers/normalizers/text_writer.h"

namespace quern {
namespace {

using normalizers::ByteAutomaton;
using normalizers::Charsmap;
using normalizers::DoubleArray;
using normalizers::OriginWriter;
using normalizers::TextWriter;
namespace ascii = normalizers::ascii;

constexpr std::string_view kMark = "\xE2\x96\x81", kReplacement = "\xEF\xBF\xBD";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
// Of a character beyond ASCII. A rule or a piece may end inside of one.
bool is_lead(char c) { return static_cast<unsigned char>(c) >= 0xC0; }

// --- the normalizer --------------------------------------------------------------------------------------------------

class SentencePieceStep final : public NormalizerStep {
 public:
  SentencePieceStep(const SentencePieceNormalizer& part, const std::vector<std::string>& untouched)
      : remove_extra_whitespaces_(part.remove_extra_whitespaces),
        escape_whitespaces_(part.escape_whitespaces),
        dummy_(!part.add_dummy_prefix      ? Dummy::none
               : part.whitespace_as_suffix ? Dummy::behind
                                           : Dummy::in_front),
        rules_(part.charsmap),
        untouched_(compile(untouched)),
        space_(part.escape_whitespaces ? kMark : " ") {
    classify_ascii();
    for (const std::string& piece : untouched) {
      const std::size_t size = piece.empty() ? 0 : character_size(piece, false);
      if (size == 0) {
        begins_untouched_.set();  // which characters begin with these bytes is not worth knowing
      } else {
        const char* p = piece.data();
        begins_untouched_[utf8::decode(p) & 0xFFFF] = true;
      }
    }
  }

  bool normalize(std::string_view text, std::string& out) const override {
    TextWriter writer(out, text.size() + text.size() / 4);
    run(text, writer);
    return true;
  }

  // Stands alone: the text that comes in is the original. A byte stands for the text from where its character began up
  // to where the next byte's did.
  void normalize(NormalizedText& aligned) const override {
    const std::string text = std::move(aligned.text);
    std::size_t end = 0;
    {
      OriginWriter writer(aligned.text, aligned.begins, text.size() + text.size() / 4);
      end = run(text, writer);
    }
    aligned.ends = aligned.begins;
    if (aligned.ends.empty()) return;
    std::rotate(aligned.ends.begin(), aligned.ends.begin() + 1, aligned.ends.end());
    aligned.ends.back() = static_cast<std::uint32_t>(end);
  }

 private:
  static DoubleArray compile(const std::vector<std::string>& untouched) {
    std::vector<std::pair<std::string, std::uint32_t>> keys;
    for (const std::string& piece : untouched) keys.emplace_back(piece.substr(0, piece.find('\0')), 0);
    std::erase_if(keys, [](const auto& key) { return key.first.empty(); });
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys.empty() ? DoubleArray() : DoubleArray(DoubleArray::build(ByteAutomaton(keys)));
  }

  // --- ASCII ---

  bool is_prefix(std::string_view text) const { return untouched_.is_prefix(text) || rules_.is_prefix(text); }

  void classify_ascii() {
    std::string pair = "  ";
    for (pair[0] = 1; is_ascii(pair[0]); ++pair[0]) {
      const auto c = static_cast<unsigned char>(pair[0]);
      ascii_[c] = fate_of(pair[0]);
      stays_[c] = ascii_[c] == pair[0] && pair[0] != ' ';
      if (c > ' ' && c < 0x7F) all_stay_ = all_stay_ && stays_[c];
      if (!is_prefix({&pair[0], 1})) continue;
      for (std::size_t lead = 0xC2; lead < 0xF5; ++lead) {
        pair[1] = static_cast<char>(lead);
        if (is_prefix(pair)) joins_ascii_[lead] = true;
      }
    }
  }

  // What an ASCII character becomes when no character beyond ASCII is behind it: one other, or 0, to be looked up.
  char fate_of(char c) const {
    std::string prefix{c};
    if (!is_prefix(prefix)) return c;
    if (untouched_.is_prefix(prefix)) return 0;
    const Charsmap::Match alone = rules_.longest(prefix);
    prefix += ' ';
    for (prefix[1] = 1; is_ascii(prefix[1]); ++prefix[1]) {
      if (rules_.is_prefix(prefix)) return 0;
    }
    if (alone.size == 0) return c;
    return alone.output.size() == 1 ? alone.output[0] : '\0';
  }

  // Whether an ASCII character and the byte behind it may begin something that is looked up together.
  bool joins_ascii(const char* next, const char* end) const {
    return next < end && joins_ascii_[static_cast<unsigned char>(*next)];
  }

  // How many of the next eight characters stay as they are.
  std::size_t staying(const char* p, std::uint64_t word) const {
    if (all_stay_) {
      const std::uint64_t letters = word & ~ascii::kHighBits;
      const std::uint64_t stops = ascii::not_ascii(word) | ascii::controls(letters) | ascii::equal(letters, ' ');
      return static_cast<std::size_t>(ascii::before(stops));
    }
    std::size_t count = 0;
    while (count < 8 && stays_[static_cast<unsigned char>(p[count])]) ++count;
    return count;
  }

  // --- one place of the text ---

  struct Prefix {
    std::size_t size;  // bytes of the text
    std::string_view output;
  };
  Prefix prefix(std::string_view text, bool well_formed) const {
    if (const auto piece = untouched_.longest(text); piece.size > 0) return {piece.size, text.substr(0, piece.size)};
    if (const auto rule = rules_.longest(text); rule.size > 0) return {rule.size, rule.output};
    const std::size_t size = character_size(text, well_formed);
    if (size == 0) return {1, kReplacement};
    return {size, text.substr(0, size)};
  }

  // Bytes of the well-formed character that the text begins with; 0: it is malformed.
  static std::size_t character_size(std::string_view text, bool well_formed) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return 1;
    const std::size_t size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (size == 0 || text.size() < size) return 0;
    return well_formed || utf8::valid_prefix(text.substr(0, size)) == size ? size : 0;
  }

  // --- the whole text ---

  // Returns what follows the result in the text.
  template <class Writer>
  std::size_t run(std::string_view text, Writer& writer) const {
    const bool well_formed = utf8::is_valid(text);
    std::size_t at = 0;
    if (remove_extra_whitespaces_) {
      while (at < text.size()) {
        const Prefix next = prefix(text.substr(at), well_formed);
        if (next.output != " ") break;
        at += next.size;
      }
    }
    if (at == text.size()) return at;
    if (dummy_ == Dummy::in_front) writer.put(space_, at);
    body(text, at, well_formed, writer);
    at = text.size();
    if (remove_extra_whitespaces_) {
      while (writer.text().ends_with(space_)) {
        writer.cut(writer.size() - space_.size());
        at = origin_behind(writer);
      }
    }
    writer.make_room();
    if (dummy_ == Dummy::behind) writer.put(space_, at);
    return at;
  }

  static std::size_t origin_behind(const TextWriter&) { return 0; }
  static std::size_t origin_behind(const OriginWriter& writer) { return writer.origin(writer.size()); }

  template <class Writer>
  void body(std::string_view text, std::size_t at, bool well_formed, Writer& writer) const {
    const char *p = text.data() + at, *end = text.data() + text.size();
    const auto place = [&] { return static_cast<std::size_t>(p - text.data()); };
    bool behind_space = remove_extra_whitespaces_;
    while (p < end) {
      writer.make_room();
      if (end - p >= 8) {
        const std::uint64_t word = ascii::load(p);
        std::size_t plain = staying(p, word);
        if (plain > 0 && joins_ascii(p + plain, end)) --plain;
        if (plain > 0) {
          writer.copy_word(word, plain, place());
          p += plain;
          behind_space = false;
          if (plain == 8) continue;
        }
      }
      if (is_ascii(*p)) {
        const char fate = ascii_[static_cast<unsigned char>(*p)];
        if (fate != 0 && !joins_ascii(p + 1, end)) {
          if (fate != ' ') {
            writer.put(fate, place());
          } else if (!behind_space) {
            put_space(place(), writer);
          }
          behind_space = fate == ' ' && remove_extra_whitespaces_;
          ++p;
          continue;
        }
      } else if (well_formed) {
        const char* begin = p;
        while (p < end && is_lead(*p)) {
          const char* next = p;
          const char32_t c = utf8::decode(next);
          if (!rules_.surely_concerns_none(c)) {
            const char* behind = next;
            const char32_t following = next < end ? utf8::decode(behind) : 0;
            if (!rules_.surely_stays(c, following)) break;
          }
          if (begins_untouched_[c & 0xFFFF]) break;
          writer.make_room();
          put_character(writer, p, static_cast<std::size_t>(next - p), end, place());
          p = next;
        }
        behind_space = behind_space && p == begin;
        if (p > begin && (p == end || is_ascii(*p))) continue;
      }
      const Prefix next = prefix({p, static_cast<std::size_t>(end - p)}, well_formed);
      behind_space = write(next.output, place(), behind_space, writer);
      p += next.size;
    }
  }

  template <class Writer>
  void put_space(std::size_t origin, Writer& writer) const {
    if (escape_whitespaces_) return writer.put_word(0x8196E2, 3, origin);  // kMark
    writer.put(' ', origin);
  }

  // Returns whether the text so far ends with a space that others should not follow.
  template <class Writer>
  bool write(std::string_view output, std::size_t origin, bool behind_space, Writer& writer) const {
    while (behind_space && output.starts_with(' ')) output.remove_prefix(1);
    writer.make_room(output.size() * kMark.size());
    for (const char c : output) {
      if (c == ' ') {
        put_space(origin, writer);
      } else {
        writer.put(c, origin);
      }
    }
    if (!output.empty()) behind_space = output.back() == ' ';
    return behind_space && remove_extra_whitespaces_;
  }

  enum class Dummy { none, in_front, behind };

  bool remove_extra_whitespaces_, escape_whitespaces_;
  Dummy dummy_;
  Charsmap rules_;
  DoubleArray untouched_;
  std::bitset<0x10000> begins_untouched_;  // some untouched piece may begin with this character
  std::string_view space_;
  std::array<char, 0x80> ascii_{};  // fate_of
  std::bitset<0x100> stays_;        // of ASCII, what becomes itself and is no space
  std::bitset<0x100> joins_ascii_;  // first bytes of characters that ASCII may be looked up together with
  bool all_stay_ = true;            // all of printable ASCII
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_step(const SentencePieceNormalizer& part,
                                                const std::vector<std::string>& untouched) {
  return std::make_unique<SentencePieceStep>(part, untouched);
}

}  // namespace quern
