// SentencePiece's rules as Hugging Face's Precompiled applies them: not the longest match over the whole text, but one
// look-up for each grapheme cluster shorter than six bytes, of which only the shortest rule that matches is left and
// whatever follows it is dropped; and one for each character of the other clusters, and of those without a rule.
#include <string_view>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/ascii_words.h"
#include "tokenizers/normalizers/charsmap.h"
#include "tokenizers/normalizers/edits.h"
#include "tokenizers/normalizers/grapheme_clusters.h"
#include "tokenizers/normalizers/normalizer_step.h"
#include "tokenizers/normalizers/text_writer.h"

namespace quern {
namespace {

using normalizers::Charsmap;
using normalizers::Edit;
using normalizers::GraphemeClusters;
namespace ascii = normalizers::ascii;

using Class = GraphemeClusters::Class;
constexpr std::size_t kLongestCluster = 5;

std::string_view view(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

// Of a character, what decides whether its cluster must be looked for.
constexpr std::uint8_t kHasRule = 1;  // perhaps
constexpr std::uint8_t kJoins = 2;    // perhaps belongs to the cluster before it
constexpr std::uint8_t kComplex = 4;  // what begins with it may have more than what joins

using Traits = normalizers::CodePointMap<std::uint8_t>;

const Traits& traits_without_rules() {
  static const Traits traits = [] {
    Traits built;
    for (const auto& [first, last, value] : normalizers::tables::kGraphemeClasses) {
      const bool joins = GraphemeClusters::extends(value) || value == Class::hangul_v || value == Class::hangul_t;
      built.set({first, last}, joins ? kJoins | kComplex : kComplex);
    }
    built.set({0x10000, 0x10FFFF}, kHasRule | kJoins | kComplex);  // rare: looked at one by one
    return built;
  }();
  return traits;
}

class PrecompiledStep final : public NormalizerStep {
 public:
  explicit PrecompiledStep(const PrecompiledNormalizer& part)
      : rules_(part.charsmap), clusters_(GraphemeClusters::get()), traits_(traits_without_rules()) {
    for (char c = 0x20; c < 0x7F; ++c) ascii_stays_ = ascii_stays_ && rules_.shortest({&c, 1}).size == 0;
    for (char32_t c = 0; c < 0x10000; ++c) {
      if (!rules_.surely_concerns_none(c)) traits_.set(c, traits_[c] | kHasRule);
    }
  }

  bool normalize(std::string_view text, std::string& out) const override {
    const char *copied = text.data(), *end = copied + text.size();
    bool changed = false;
    for_each_rule(text, [&](std::string_view source, std::string_view target) {
      if (!changed) out.clear();
      changed = true;
      out.append(copied, source.data()).append(target);
      copied = source.data() + source.size();
    });
    if (changed) out.append(copied, end);
    return changed;
  }

  void normalize(NormalizedText& text) const override {
    std::vector<Edit> edits;
    const char *copied = text.text.data(), *end = copied + text.text.size();
    bool changed = false;
    const auto keep = [&](const char* until) {
      while (copied < until) edits.push_back({utf8::decode(copied), 0});
    };
    for_each_rule(text.text, [&](std::string_view source, std::string_view target) {
      changed = true;
      keep(source.data());
      replace(utf8::count_code_points(source), target, edits);
      copied = source.data() + source.size();
    });
    if (!changed) return;
    keep(end);
    std::string out;
    std::vector<std::uint32_t> origins;
    {
      normalizers::OriginWriter writer(out, origins, text.text.size());
      put_edits(writer, edits, text.text, 0);
    }
    text.become(std::move(out), origins);
  }

 private:
  // Calls use(source, target) for what is replaced, from left to right.
  template <class Use>
  void for_each_rule(std::string_view text, const Use& use) const {
    const char *p = text.data(), *end = p + text.size();
    while (p < end) {
      p = skip_ascii(p, end);
      const char* next = p;
      const std::uint8_t traits = traits_[utf8::decode(next)];
      const char* behind = next;
      if ((traits & kComplex) == 0 && (next == end || (traits_[utf8::decode(behind)] & kJoins) == 0)) {
        if ((traits & kHasRule) != 0) use_shortest(view(p, next), use);
      } else {
        next = clusters_.next(p, end);
        const std::string_view cluster = view(p, next);
        if (cluster.size() > kLongestCluster || !use_shortest(cluster, use)) each_character(cluster, use);
      }
      p = next;
    }
  }

  // Past characters that no rule changes alone, and that begin no cluster of more than one.
  const char* skip_ascii(const char* p, const char* end) const {
    while (ascii_stays_ && end - p >= 8) {
      const std::uint64_t word = ascii::load(p);
      const int plain = ascii::before(ascii::not_ascii(word) | ascii::controls(word & ~ascii::kHighBits));
      p += plain > 0 ? plain - 1 : 0;  // what follows the last one may belong to its cluster
      if (plain < 8) break;
    }
    return p;
  }

  template <class Use>
  bool use_shortest(std::string_view source, const Use& use) const {
    const Charsmap::Match match = rules_.shortest(source);
    if (match.size > 0) use(source, match.output);
    return match.size > 0;
  }

  template <class Use>
  void each_character(std::string_view cluster, const Use& use) const {
    const char *p = cluster.data(), *end = p + cluster.size();
    while (p < end) {
      const char* from = p;
      if (rules_.surely_concerns_none(utf8::decode(p))) continue;
      use_shortest(view(from, p), use);
    }
  }

  // Hugging Face's account of the change. What removes characters is charged to the character written last, whatever
  // rule wrote it, and to none at the beginning of a text.
  static void replace(std::size_t characters, std::string_view target, std::vector<Edit>& edits) {
    const std::size_t before = edits.size();
    for (const char* p = target.data(); p < target.data() + target.size();) edits.push_back({utf8::decode(p), 0});
    const std::size_t written = edits.size() - before;
    for (std::size_t added = characters; added < written; ++added)
      edits[edits.size() - 1 - (added - characters)].change = 1;
    if (written < characters && !edits.empty()) edits.back().change -= static_cast<std::int32_t>(characters - written);
  }

  Charsmap rules_;
  const GraphemeClusters& clusters_;
  Traits traits_;
  bool ascii_stays_ = true;  // no rule changes printable ASCII alone
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_step(const PrecompiledNormalizer& part) {
  return std::make_unique<PrecompiledStep>(part);
}

}  // namespace quern
