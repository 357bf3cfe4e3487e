#include "tokenizers/normalizers/raw_characters.h"

#include <string>

#include "tokenizers/normalizers/grapheme_clusters.h"
#include "tokenizers/normalizers/normalizer_chain.h"
#include "tokenizers/pre_tokenizers/hugging_face_classes.h"

namespace quern {
namespace {

using normalizers::GraphemeClusters;
using Class = GraphemeClusters::Class;

// Whether a text has characters, and each belongs to a word.
bool is_in_a_word(const std::string& text) {
  for (const char* p = text.data(); p < text.data() + text.size();) {
    const char32_t c = utf8::decode(p);
    if (c == U'\u2581' || (hugging_face::char_class(c) & hugging_face::kSpace) != 0) return false;
  }
  return !text.empty();
}

bool is_surrogate(char32_t c) { return c >= 0xD800 && c < 0xE000; }

}  // namespace

bool RawCharacters::knows(const std::vector<Normalizer>& normalizers) {
  if (normalizers.empty()) return true;
  if (normalizers.size() != 1 || !std::holds_alternative<PrecompiledNormalizer>(normalizers[0])) return false;
  std::string space;
  NormalizerChain(normalizers).normalize(" ", space);
  return space == " ";
}

RawCharacters::RawCharacters(const std::vector<Normalizer>& normalizers)
    : has_rules_(!normalizers.empty()), bits_(kCommon) {
  const NormalizerChain chain(normalizers);
  std::string alone, normalized;
  for (char32_t c = 0; c < kCommon; ++c) {
    if (is_surrogate(c)) continue;
    bits_[c] = edges(c);
    if (has_rules_ && GraphemeClusters::get().class_of(c) != Class::other) continue;
    alone.clear();
    utf8::append(alone, c);
    chain.normalize(alone, normalized);
    if (!is_in_a_word(normalized)) continue;
    bits_[c] |= kAlone;
    if (normalized == alone) bits_[c] |= kStays;
  }
}

std::uint8_t RawCharacters::edges(char32_t c) const {
  if (!has_rules_) return 0;
  const Class grapheme_class = GraphemeClusters::get().class_of(c);
  if (grapheme_class == Class::prepend) return kTakes;
  const bool joins = GraphemeClusters::extends(grapheme_class) || grapheme_class == Class::hangul_v || grapheme_class == Class::hangul_t;
  return joins ? kJoins : 0;
}

}  // namespace quern
