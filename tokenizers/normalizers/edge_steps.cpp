// Strip, Prepend, Replace and ByteLevel: what needs no table of its own.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/text/utf8.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/normalizers/normalizer_step.h"
#include "tokenizers/pre_tokenizers/regex_engine.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern {
namespace {

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
  static bool is_space(const char* p) { return (unicode::char_class(utf8::decode(p)) & unicode::kSpace) != 0; }

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
  }

  bool normalize(std::string_view text, std::string& out) const override {
    out.clear();
    std::size_t copied = 0;
    const bool found = for_each_match(text, [&](RegexMatch match) {
      out.append(text, copied, match.begin - copied).append(content_);
      copied = match.end;
    });
    if (found) out.append(text, copied);
    return found;
  }

  // What is put in stands for the last character that went, or for the one before the place when none did.
  void normalize(NormalizedText& text) const override {
    NormalizedText result;
    std::size_t copied = 0;
    const auto copy_up_to = [&](std::size_t end) {
      result.text.append(text.text, copied, end - copied);
      result.begins.insert(result.begins.end(), text.begins.begin() + copied, text.begins.begin() + end);
      result.ends.insert(result.ends.end(), text.ends.begin() + copied, text.ends.begin() + end);
    };
    const bool found = for_each_match(text.text, [&](RegexMatch match) {
      copy_up_to(match.begin);
      result.text += content_;
      result.begins.resize(result.text.size(), match.end > 0 ? text.begins[match.end - 1] : 0);
      result.ends.resize(result.text.size(), match.end > 0 ? text.ends[match.end - 1] : 0);
      copied = match.end;
    });
    if (!found) return;
    copy_up_to(text.text.size());
    text = std::move(result);
  }

 private:
  std::optional<RegexMatch> find(std::string_view text, std::size_t from) const {
    if (regex_) return regex_->find(text, from);
    const std::size_t begin = literal_.size() == 1 ? text.find(literal_[0], from) : text.find(literal_, from);
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
  std::string literal_, content_;
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
