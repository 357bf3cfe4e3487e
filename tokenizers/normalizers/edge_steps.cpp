// Strip, Prepend, Replace and ByteLevel: what needs no table of its own.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/text/utf8.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/normalizers/ascii_words.h"
#include "tokenizers/normalizers/normalizer_step.h"
#include "tokenizers/normalizers/text_writer.h"
#include "tokenizers/pre_tokenizers/regex_engine.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern {
namespace {

using normalizers::OriginWriter;
using normalizers::TextWriter;
namespace ascii = normalizers::ascii;

bool is_space(const char* p) { return (unicode::char_class(utf8::decode(p)) & unicode::kSpace) != 0; }

// --- Strip -----------------------------------------------------------------------------------------------------------

class StripStep final : public NormalizerStep {
 public:
  explicit StripStep(const StripNormalizer& part) : part_(part) {}

  bool normalize(std::string_view text, std::string& out) const override {
    const auto [begin, end] = kept(text);
    if (end - begin == text.size()) return false;
    out.assign(text.substr(begin, end - begin));
    return true;
  }

  void normalize(NormalizedText& text) const override {
    const auto [begin, end] = kept(text.text);
    const auto cut = [begin = begin, end = end](auto& list) {
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(end), list.end());
      list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(begin));
    };
    cut(text.text), cut(text.begins), cut(text.ends);
  }

 private:
  std::pair<std::size_t, std::size_t> kept(std::string_view text) const {
    const char *begin = text.data(), *end = begin + text.size();
    while (part_.left && begin < end && is_space(begin)) utf8::decode(begin);
    while (part_.right && begin < end) {
      const char* last = end - 1;
      while ((static_cast<unsigned char>(*last) & 0xC0) == 0x80) --last;
      if (!is_space(last)) break;
      end = last;
    }
    return {static_cast<std::size_t>(begin - text.data()), static_cast<std::size_t>(end - text.data())};
  }

  StripNormalizer part_;
};

// --- Prepend ---------------------------------------------------------------------------------------------------------

class PrependStep final : public NormalizerStep {
 public:
  explicit PrependStep(const PrependNormalizer& part) : content_(part.content) {}

  bool normalize(std::string_view text, std::string& out) const override {
    if (text.empty() || content_.empty()) return false;
    out.reserve(content_.size() + text.size());
    out.assign(content_).append(text);
    return true;
  }

  // What is put in stands for the first character, as does that character itself. Hugging Face puts that one in again
  // behind the content, so that it stands for nothing where the content is empty.
  void normalize(NormalizedText& text) const override {
    if (text.text.empty()) return;
    if (content_.empty()) {
      const char* second = text.text.data();
      utf8::decode(second);
      const auto size = second - text.text.data();
      std::fill_n(text.begins.begin(), size, 0u);
      std::fill_n(text.ends.begin(), size, 0u);
      return;
    }
    const std::uint32_t begin = text.begins[0], end = text.ends[0];
    text.text.insert(0, content_);
    text.begins.insert(text.begins.begin(), content_.size(), begin);
    text.ends.insert(text.ends.begin(), content_.size(), end);
  }

 private:
  std::string content_;
};

// --- Replace ---------------------------------------------------------------------------------------------------------

class ReplaceStep final : public NormalizerStep {
 public:
  explicit ReplaceStep(const ReplaceNormalizer& part) : literal_(part.pattern.source), content_(part.content) {
    // Published split patterns are expressions here: their scanners cut a whole text into pieces, and look for nothing.
    if (part.pattern.kind != SplitPattern::Kind::literal) regex_ = RegexEngine::compile(part.pattern.source);
    finds_spaces_ = regex_ != nullptr && part.pattern.source == "\\s+";
    if (content_.size() <= 8) {
      char bytes[8] = {};
      content_.copy(bytes, content_.size());
      content_word_ = ascii::load(bytes);
    }
  }

  bool normalize(std::string_view text, std::string& out) const override {
    TextWriter writer(out, text.size() + text.size() / 4);
    return run(text, writer);
  }

  void normalize(NormalizedText& text) const override {
    std::string out;
    std::vector<std::uint32_t> origins;
    bool found = false;
    {
      OriginWriter writer(out, origins, text.text.size() + text.text.size() / 4);
      found = run(text.text, writer);
    }
    if (found) text.become(std::move(out), origins);
  }

 private:
  template <class Writer>
  bool run(std::string_view text, Writer& writer) const {
    if (!regex_ && literal_.size() == 1) return run_over_bytes(text, writer);
    std::size_t copied = 0;
    const bool found = for_each_match(text, [&](RegexMatch match) {
      copy(text, copied, match.begin, writer);
      put_content(match.end, writer);
      copied = match.end;
    });
    if (found) copy(text, copied, text.size(), writer);
    return found;
  }

  // The pattern is one byte, which is ASCII.
  template <class Writer>
  bool run_over_bytes(std::string_view text, Writer& writer) const {
    const std::size_t first = text.find(literal_[0]);
    if (first == text.npos) return false;
    copy(text, 0, first, writer);
    for (std::size_t at = first; at < text.size();) {
      writer.make_room();
      if (text.size() - at >= 8) {
        const std::uint64_t word = ascii::load(text.data() + at);
        const auto before = static_cast<std::size_t>(ascii::before(ascii::equal(word, literal_[0])));
        writer.copy_word(word, before, at);
        at += before;
        if (before == 8) continue;
      } else if (text[at] != literal_[0]) {
        writer.put(text[at], at);
        ++at;
        continue;
      }
      put_content(++at, writer);
    }
    return true;
  }

  // What is put in stands for the last character that went, or for the one before the place when none did.
  template <class Writer>
  void put_content(std::size_t end, Writer& writer) const {
    const std::size_t origin = end > 0 ? end - 1 : OriginWriter::kNone;
    if (content_.size() <= 8) return writer.put_word(content_word_, content_.size(), origin);
    writer.make_room(content_.size());
    writer.put(content_, origin);
  }

  template <class Writer>
  static void copy(std::string_view text, std::size_t begin, std::size_t end, Writer& writer) {
    writer.make_room(end - begin);
    for (; end - begin >= 8 && text.size() - begin >= 8; begin += 8) {
      writer.copy_word(ascii::load(text.data() + begin), 8, begin);
    }
    for (; begin < end; ++begin) writer.put(text[begin], begin);
  }

  // \s+, which CLIP has: every space of a text is a match, and an engine takes longer to start than to run.
  static std::optional<RegexMatch> find_spaces(std::string_view text, std::size_t from) {
    const char *p = text.data() + from, *end = text.data() + text.size();
    while (p < end && !is_space(p)) utf8::decode(p);
    if (p == end) return std::nullopt;
    const auto begin = static_cast<std::size_t>(p - text.data());
    while (p < end && is_space(p)) utf8::decode(p);
    return RegexMatch{begin, static_cast<std::size_t>(p - text.data())};
  }

  std::optional<RegexMatch> find(std::string_view text, std::size_t from) const {
    if (finds_spaces_) return find_spaces(text, from);
    if (regex_) return regex_->find(text, from);
    const std::size_t begin = text.find(literal_, from);
    if (begin == text.npos) return std::nullopt;
    return RegexMatch{begin, begin + literal_.size()};
  }

  // From left to right. An empty match right behind another match is none.
  template <class Use>
  bool for_each_match(std::string_view text, const Use& use) const {
    if (text.empty()) return false;
    bool found = false;
    std::size_t last_end = text.npos;
    for (std::size_t from = 0; from <= text.size();) {
      const auto match = find(text, from);
      if (!match) break;
      if (match->begin == match->end && match->end == last_end) {
        ++from;
        while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
        continue;
      }
      found = true;
      use(*match);
      from = last_end = match->end;
    }
    return found;
  }

  std::unique_ptr<RegexEngine> regex_;  // null: the literal
  bool finds_spaces_ = false;           // the expression is \s+
  std::string literal_, content_;
  std::uint64_t content_word_ = 0;  // the content, where it is of at most eight bytes
};

// --- ByteLevel -------------------------------------------------------------------------------------------------------

class ByteLevelStep final : public NormalizerStep {
 public:
  bool normalize(std::string_view text, std::string& out) const override {
    if (std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x21 && c <= 0x7E; })) return false;
    out = byte_level::spell(text);
    return true;
  }

  void normalize(NormalizedText& text) const override {
    NormalizedText result;
    for (std::size_t i = 0; i < text.text.size(); ++i) {
      utf8::append(result.text, byte_level::to_char(static_cast<unsigned char>(text.text[i])));
      result.begins.resize(result.text.size(), text.begins[i]);
      result.ends.resize(result.text.size(), text.ends[i]);
    }
    text = std::move(result);
  }
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_step(const StripNormalizer& part) {
  return std::make_unique<StripStep>(part);
}
std::unique_ptr<const NormalizerStep> make_step(const PrependNormalizer& part) {
  return std::make_unique<PrependStep>(part);
}
std::unique_ptr<const NormalizerStep> make_step(const ReplaceNormalizer& part) {
  return std::make_unique<ReplaceStep>(part);
}
std::unique_ptr<const NormalizerStep> make_step(const ByteLevelNormalizer&) {
  return std::make_unique<ByteLevelStep>();
}

}  // namespace quern
