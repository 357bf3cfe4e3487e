// BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents and Nmt as steps of a chain.
#include "tokenizers/normalizers/bert_characters.h"
#include "tokenizers/normalizers/lowercase.h"
#include "tokenizers/normalizers/normalizer_step.h"
#include "tokenizers/normalizers/unicode_forms.h"
#include "tokenizers/normalizers/unicode_tables.h"

namespace quern {
namespace {

using normalizers::CharacterMap;
using normalizers::UnicodeForms;
namespace tables = normalizers::tables;

class BertStep final : public NormalizerStep {
 public:
  explicit BertStep(const BertNormalizer& part) : part_(part) { normalizers::bert_characters(part); }

  bool normalize(std::string_view text, std::string& out) const override {
    normalizers::normalize_bert(part_, text, out);
    return true;
  }
  void normalize(NormalizedText& text) const override { normalizers::normalize_bert(part_, text); }

 private:
  BertNormalizer part_;
};

class UnicodeFormStep final : public NormalizerStep {
 public:
  explicit UnicodeFormStep(UnicodeForms::Form form) : form_(form), forms_(UnicodeForms::get()) {}

  bool normalize(std::string_view text, std::string& out) const override { return forms_.normalize(form_, text, out); }
  void normalize(NormalizedText& text) const override { forms_.normalize(form_, text); }

 private:
  UnicodeForms::Form form_;
  const UnicodeForms& forms_;
};

class CharacterStep final : public NormalizerStep {
 public:
  explicit CharacterStep(const CharacterMap& map) : map_(map) {}

  bool normalize(std::string_view text, std::string& out) const override {
    if (map_.first_change(text, 0) == text.size()) return false;
    map_.normalize(text, out);
    return true;
  }
  void normalize(NormalizedText& text) const override { map_.normalize(text); }

 private:
  const CharacterMap& map_;
};

const CharacterMap& without_accents() {
  static const CharacterMap map = [] {
    CharacterMap built;
    for (const tables::Range& range : tables::kCombiningMarks) built.remove(range);
    return built;
  }();
  return map;
}

const CharacterMap& nmt_characters() {
  static const CharacterMap map = [] {
    CharacterMap built;
    for (const tables::Range& range : tables::kNmtRemoved) built.remove(range);
    for (const auto& [first, last] : tables::kNmtSpaces) {
      for (char32_t c = first; c <= last; ++c) built.replace(c, " ");
    }
    return built;
  }();
  return map;
}

}  // namespace

std::unique_ptr<const NormalizerStep> make_step(const BertNormalizer& part) { return std::make_unique<BertStep>(part); }
std::unique_ptr<const NormalizerStep> make_step(const UnicodeNormalizer& part) {
  return std::make_unique<UnicodeFormStep>(part.form);
}
std::unique_ptr<const NormalizerStep> make_step(const LowercaseNormalizer&) {
  return std::make_unique<CharacterStep>(normalizers::lowercase_characters());
}
std::unique_ptr<const NormalizerStep> make_step(const StripAccentsNormalizer&) {
  return std::make_unique<CharacterStep>(without_accents());
}
std::unique_ptr<const NormalizerStep> make_step(const NmtNormalizer&) {
  return std::make_unique<CharacterStep>(nmt_characters());
}

}  // namespace quern
