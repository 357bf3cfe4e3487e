// SentencePiece's rules as Hugging Face's Precompiled applies them: not the longest match over the whole text, but one
// look-up for each grapheme cluster shorter than six bytes, of which only the shortest rule that matches is left and
// whatever follows it is dropped; and one for each character of the other clusters, and of those without a rule.
#include <string_view>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/ascii_words.h"
#include "tokenizers/normalizers/charsmap.h"
#include "tokenizers/normalizers/grapheme_clusters.h"
#include "tokenizers/normalizers/normalizer_step.h"

namespace quern {
namespace {

using normalizers::Charsmap;
using normalizers::GraphemeClusters;
namespace ascii = normalizers::ascii;

constexpr std::size_t kLongestCluster = 5;

std::size_t count_characters(std::string_view text) { return utf8::count_code_points(text); }

class PrecompiledStep final : public NormalizerStep {
 public:
  explicit PrecompiledStep(const PrecompiledNormalizer& part)
      : rules_(part.charsmap), clusters_(GraphemeClusters::get()) {
    for (char c = 0x20; c < 0x7F; ++c) ascii_stays_ = ascii_stays_ && rules_.shortest({&c, 1}).size == 0;
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
      replace(count_characters(source), target, edits);
      copied = source.data() + source.size();
    });
    if (!changed) return;
    keep(end);
    apply_edits(edits, 0, text);
  }

 private:
  // Calls use(source, target) for what is replaced, from left to right.
  template <class Use>
  void for_each_rule(std::string_view text, const Use& use) const {
    const char *p = text.data(), *end = p + text.size();
    while (p < end) {
      if (ascii_stays_ && end - p >= 8) {
        const std::uint64_t word = ascii::load(p);
        const std::uint64_t stops = ascii::not_ascii(word) | ascii::controls(word & ~ascii::kHighBits);
        // The last one may begin a cluster.
        if (const int plain = ascii::before(stops); plain > 1) {
          p += plain - 1;
          continue;
        }
      }
      const char* next = clusters_.next(p, end);
      const std::string_view cluster(p, static_cast<std::size_t>(next - p));
      const Charsmap::Match match = cluster.size() <= kLongestCluster ? rules_.shortest(cluster) : Charsmap::Match{};
      if (match.size > 0) {
        use(cluster, match.output);
      } else if (cluster.size() > 1) {
        each_character(cluster, use);
      }
      p = next;
    }
  }

  template <class Use>
  void each_character(std::string_view cluster, const Use& use) const {
    const char *p = cluster.data(), *end = p + cluster.size();
    while (p < end) {
      const char* from = p;
      if (!rules_.concerns(utf8::decode(p))) continue;
      const std::string_view character(from, static_cast<std::size_t>(p - from));
      if (const auto match = rules_.shortest(character); match.size > 0) use(character, match.output);
    }
  }

  // Hugging Face's account of the change. What removes characters is charged to the character written last, whatever
  // rule wrote it, and to none at the beginning of a text.
  static void replace(std::size_t characters, std::string_view target, std::vector<Edit>& edits) {
    const std::size_t before = edits.size();
    for (const char* p = target.data(); p < target.data() + target.size();) edits.push_back({utf8::decode(p), 0});
    const std::size_t written = edits.size() - before;
    for (std::size_t added = characters; added < written; ++added) edits[edits.size() - 1 - (added - characters)].change = 1;
    if (written < characters && !edits.empty()) edits.back().change -= static_cast<std::int32_t>(characters - written);
  }

  Charsmap rules_;
  const GraphemeClusters& clusters_;
  bool ascii_stays_ = true;  // no rule changes printable ASCII alone
};

}  // namespace

std::unique_ptr<const NormalizerStep> make_step(const PrecompiledNormalizer& part) {
  return std::make_unique<PrecompiledStep>(part);
}

}  // namespace quern
