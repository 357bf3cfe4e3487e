#include "tokenizers/normalizers/charsmap_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "tokenizers/normalizers/hangul.h"
#include "tokenizers/normalizers/unicode_forms.h"
#include "tokenizers/normalizers/unicode_tables.h"

namespace quern::normalizers {
namespace {

// Normal forms in Unicode 17: those of Unicode 9 and what came later.
class LaterForms {
 public:
  LaterForms() : forms_(UnicodeForms::get()) {
    for (const tables::Mapping& mapping : tables::kLaterCompatibility) compatibility_[mapping.from] = text(mapping);
    std::vector<tables::Mapping> shortest_first(tables::kLaterCanonical.begin(), tables::kLaterCanonical.end());
    std::stable_sort(shortest_first.begin(), shortest_first.end(),
                     [](const auto& a, const auto& b) { return a.size < b.size; });
    for (const tables::Mapping& mapping : shortest_first) {
      std::u32string parts = text(mapping);
      canonical_[mapping.from] = parts;
      const char32_t last = parts.back();
      parts.pop_back();
      composites_[{composed(parts).back(), last}] = mapping.from;
    }
  }

  std::u32string nfkd(char32_t c) const {
    std::u32string parts;
    if (const auto found = canonical_.find(c); found != canonical_.end()) {
      parts = found->second;
    } else if (const auto later = compatibility_.find(c); later != compatibility_.end()) {
      for (const char32_t part : later->second) forms_.decompose(part, true, parts);
    } else {
      forms_.decompose(c, true, parts);
    }
    return parts;
  }

  // NFC of a text in NFKD.
  std::u32string composed(std::u32string_view text) const {
    std::u32string out;
    std::size_t starter = 0;
    int before = -1;
    for (const char32_t c : text) {
      const int combining = forms_.combining_class(c);
      if (!out.empty() && before < combining) {
        if (const char32_t composite = compose(out[starter], c); composite != 0) {
          out[starter] = composite;
          continue;
        }
      }
      if (combining == 0) starter = out.size();
      before = combining == 0 ? -1 : combining;
      out += c;
    }
    return out;
  }

  // Calls use(c) for every character that NFKD or NFKC changes, Hangul syllables left out.
  template <class Use>
  void for_each_changed(const Use& use) const {
    for (const tables::Mapping& mapping : tables::kCanonical) use(mapping.from);
    for (const tables::Mapping& mapping : tables::kCompatibility) {
      std::u32string canonical;
      forms_.decompose(mapping.from, false, canonical);
      if (canonical == std::u32string(1, mapping.from)) use(mapping.from);
    }
    for (const auto& [c, parts] : compatibility_) use(c);
    for (const auto& [c, parts] : canonical_) use(c);
  }

 private:
  static std::u32string text(const tables::Mapping& mapping) {
    return {tables::kCharsmapPool.data() + mapping.begin, mapping.size};
  }
  char32_t compose(char32_t first, char32_t second) const {
    const auto found = composites_.find({first, second});
    return found != composites_.end() ? found->second : forms_.compose(first, second);
  }

  const UnicodeForms& forms_;
  std::map<char32_t, std::u32string> compatibility_, canonical_;
  std::map<std::pair<char32_t, char32_t>, char32_t> composites_;
};

// By the character they become: the characters that do, itself among them.
class Variants {
 public:
  void add(char32_t c, char32_t variant) { of_[c] += variant; }
  std::u32string of(char32_t c) const {
    const auto found = of_.find(c);
    return found == of_.end() ? std::u32string(1, c) : c + found->second;
  }

 private:
  std::unordered_map<char32_t, std::u32string> of_;
};

// The rules that make syllables of jamo.
class HangulRules {
 public:
  explicit HangulRules(const Variants& variants) {
    const auto list = [&](char32_t first, char32_t count) {
      std::vector<std::u32string> parts;
      for (char32_t i = 0; i < count; ++i) {
        parts.push_back(variants.of(first + i));
        for (const char32_t variant : parts.back()) jamo_[variant] = first + i;
      }
      return parts;
    };
    leading = list(hangul::kLeading, hangul::kLeadingCount);
    vowels = list(hangul::kVowels, hangul::kVowelCount);
    trailing = list(hangul::kTrailing + 1, hangul::kTrailingCount - 1);
  }

  // The syllable that a text of two or three jamo becomes; 0: it is none.
  char32_t syllable(std::u32string_view text) const {
    if (text.size() < 2 || text.size() > 3) return 0;
    const char32_t open = hangul::compose(jamo(text[0]), jamo(text[1]));
    if (open == 0 || hangul::is_syllable(jamo(text[0]))) return 0;
    return text.size() == 2 ? open : hangul::compose(open, jamo(text[2]));
  }

  std::vector<std::u32string> leading, vowels, trailing;  // by jamo, its variants

 private:
  char32_t jamo(char32_t c) const {
    const auto found = jamo_.find(c);
    return found == jamo_.end() ? 0 : found->second;
  }
  std::unordered_map<char32_t, char32_t> jamo_;
};

// The rules that shorter ones do not make superfluous. Those for Hangul all stay.
std::vector<Rule> without_redundant(std::vector<Rule> rules, const HangulRules& hangul_rules) {
  std::stable_sort(rules.begin(), rules.end(),
                   [](const Rule& a, const Rule& b) { return a.source.size() < b.source.size(); });
  std::unordered_map<std::u32string_view, const Rule*> kept;
  std::size_t longest = 3;  // of the kept ones and Hangul's
  // What the longest rules of fewer than `size` characters make of a text, from left to right.
  const auto rewrite = [&](std::u32string_view text, std::size_t size) {
    std::u32string out;
    while (!text.empty()) {
      std::size_t used = std::min({size - 1, longest, text.size()});
      for (; used > 0; --used) {
        const std::u32string_view source = text.substr(0, used);
        if (const auto rule = kept.find(source); rule != kept.end()) {
          out += rule->second->target;
          break;
        }
        if (const char32_t syllable = hangul_rules.syllable(source); syllable != 0) {
          out += syllable;
          break;
        }
      }
      if (used == 0) out += text[0];
      text.remove_prefix(std::max<std::size_t>(used, 1));
    }
    return out;
  };
  std::vector<const Rule*> needed;
  std::vector<Rule> result;
  for (std::size_t begin = 0, end = 0; begin < rules.size(); begin = end) {
    const std::size_t size = rules[begin].source.size();
    needed.clear();
    for (; end < rules.size() && rules[end].source.size() == size; ++end) {
      if (size == 1 || rewrite(rules[end].source, size) != rules[end].target) needed.push_back(&rules[end]);
    }
    for (const Rule* rule : needed) {
      kept.emplace(rule->source, rule);
      result.push_back(*rule);
      longest = std::max(longest, size);
    }
  }
  return result;
}

// Every text that becomes `decomposed` when each of its characters is replaced by the one it stands for.
std::vector<std::u32string> spellings(const std::u32string& decomposed, const Variants& variants) {
  std::vector<std::u32string> list = {U""};
  for (const char32_t c : decomposed) {
    std::vector<std::u32string> longer;
    for (const std::u32string& head : list) {
      for (const char32_t choice : variants.of(c)) longer.push_back(head + choice);
    }
    list.swap(longer);
  }
  return list;
}

RuleSet nfkc_rules() {
  const LaterForms forms;
  std::vector<Rule> rules;
  std::set<std::u32string> decomposed;
  Variants variants;
  forms.for_each_changed([&](char32_t c) {
    const std::u32string nfkd = forms.nfkd(c), nfkc = forms.composed(nfkd);
    if (nfkc != std::u32string(1, c)) rules.push_back({{c}, nfkc});
    if (nfkd.size() == 1) {
      variants.add(nfkd[0], c);
    } else {
      decomposed.insert(nfkd);
    }
  });
  for (const std::u32string& nfkd : decomposed) {
    const std::u32string nfkc = forms.composed(nfkd);
    if (nfkc == nfkd) continue;
    for (std::u32string& spelling : spellings(nfkd, variants)) {
      if (spelling != nfkc) rules.push_back({std::move(spelling), nfkc});
    }
  }
  const HangulRules hangul_rules(variants);
  return {without_redundant(std::move(rules), hangul_rules), hangul_rules.leading, hangul_rules.vowels,
          hangul_rules.trailing};
}

// What was learned for machine translation: controls go, marks without width and odd spaces become spaces, and the
// full-width tilde is not the half-width one in Japanese.
void add_nmt(std::vector<Rule>& rules) {
  constexpr std::u32string_view kSpaces = U"\t\n\f\r\u061C\u1680\u200B\u200C\u200E\u200F\u2028\u2029\u2581\uFEFF\uFFFD";
  std::u32string removed = U"\x7F\x8F\x9F";
  for (char32_t c = 1; c < 0x20; ++c) removed += c;
  std::erase_if(removed, [&](char32_t c) { return kSpaces.find(c) != kSpaces.npos; });
  std::erase_if(rules, [](const Rule& rule) { return rule.source == U"\uFF5E"; });
  for (const char32_t c : kSpaces) rules.push_back({{c}, U" "});
  for (const char32_t c : removed) rules.push_back({{c}, U""});
}

void fold_case(std::vector<Rule>& rules) {
  std::map<char32_t, char32_t> folded;
  for (const auto& [first, last, step, by] : tables::kFolding) {
    for (char32_t c = first; c <= last; c += step) folded[c] = static_cast<char32_t>(static_cast<std::int32_t>(c) + by);
  }
  for (Rule& rule : rules) {
    for (char32_t& c : rule.target) {
      if (const auto found = folded.find(c); found != folded.end()) c = found->second;
    }
  }
  for (const auto& [c, small] : folded) rules.push_back({{c}, {small}});
}

}  // namespace

RuleSet charsmap_rules(std::string_view name) {
  RuleSet set = nfkc_rules();
  if (name.starts_with("nmt_")) add_nmt(set.rules);
  if (name.ends_with("_cf")) fold_case(set.rules);
  return set;
}

}  // namespace quern::normalizers
