#include "tokenizers/normalizers/charsmap_builder.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/normalizers/double_array.h"
#include "tokenizers/normalizers/hangul.h"
#include "tokenizers/normalizers/unicode_forms.h"
#include "tokenizers/normalizers/unicode_tables.h"

namespace quern::normalizers {
namespace {

struct HashText {
  std::size_t operator()(std::u32string_view text) const {
    std::size_t hash = 0;
    for (const char32_t c : text) hash = (hash ^ c) * 0x9E3779B97F4A7C15;
    return hash ^ hash >> 29;
  }
};
using Rules = std::unordered_map<std::u32string, std::u32string, HashText>;

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

  // Calls use(c) for every character that NFKD or NFKC changes.
  template <class Use>
  void for_each_changed(const Use& use) const {
    for (const tables::Mapping& mapping : tables::kCanonical) use(mapping.from);
    for (const tables::Mapping& mapping : tables::kCompatibility) {
      std::u32string canonical;
      forms_.decompose(mapping.from, false, canonical);
      if (canonical == std::u32string(1, mapping.from)) use(mapping.from);
    }
    for (char32_t i = 0; i < hangul::kSyllableCount; ++i) use(hangul::kSyllables + i);
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

// The text rewritten by the longest rules from left to right, of those with at most `most` characters.
std::u32string rewrite(const Rules& rules, const std::u32string& text, std::size_t most) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = std::min(most, text.size() - at);
    for (; size > 0; --size) {
      const auto rule = rules.find(text.substr(at, size));
      if (rule == rules.end()) continue;
      out += rule->second;
      break;
    }
    if (size == 0) out += text[at];
    at += std::max<std::size_t>(size, 1);
  }
  return out;
}

// Without the rules that shorter ones make superfluous.
Rules without_redundant(const Rules& rules) {
  std::size_t most = 0;
  for (const auto& [source, target] : rules) most = std::max(most, source.size());
  Rules kept;
  for (std::size_t size = 1; size <= most; ++size) {
    std::vector<Rules::const_pointer> needed;
    for (const auto& rule : rules) {
      if (rule.first.size() != size) continue;
      if (size == 1 || rewrite(kept, rule.first, size - 1) != rule.second) needed.push_back(&rule);
    }
    for (const auto* rule : needed) kept.insert(*rule);
  }
  return kept;
}

// Every text that becomes `decomposed` when each of its characters is replaced by the one it stands for.
std::vector<std::u32string> spellings(const std::u32string& decomposed,
                                      const std::unordered_map<char32_t, std::u32string>& variants) {
  std::vector<std::u32string> list = {U""};
  for (const char32_t c : decomposed) {
    std::u32string choices(1, c);
    if (const auto found = variants.find(c); found != variants.end()) choices += found->second;
    std::vector<std::u32string> longer;
    longer.reserve(list.size() * choices.size());
    for (const std::u32string& head : list) {
      for (const char32_t choice : choices) longer.push_back(head + choice);
    }
    list.swap(longer);
  }
  return list;
}

Rules nfkc_rules() {
  const LaterForms forms;
  Rules rules;
  std::set<std::u32string> decomposed;
  std::unordered_map<char32_t, std::u32string> variants;  // of a character: those that become it
  forms.for_each_changed([&](char32_t c) {
    const std::u32string nfkd = forms.nfkd(c), nfkc = forms.composed(nfkd);
    if (nfkc != std::u32string(1, c)) rules[{c}] = nfkc;
    if (nfkd.size() == 1) {
      variants[nfkd[0]] += c;
    } else {
      decomposed.insert(nfkd);
    }
  });
  for (const std::u32string& nfkd : decomposed) {
    const std::u32string nfkc = forms.composed(nfkd);
    if (nfkc == nfkd) continue;
    for (std::u32string& spelling : spellings(nfkd, variants)) {
      if (spelling != nfkc) rules[std::move(spelling)] = nfkc;
    }
  }
  return without_redundant(rules);
}

// What was learned for machine translation: controls go, marks without width and odd spaces become spaces, and the
// full-width tilde is not the half-width one in Japanese.
void add_nmt(Rules& rules) {
  for (char32_t c = 1; c < 0x20; ++c) rules[{c}] = U"";
  for (const char32_t c : {0x7F, 0x8F, 0x9F}) rules[{c}] = U"";
  for (const char32_t c : {0x9, 0xA, 0xC, 0xD, 0x61C, 0x1680, 0x200B, 0x200C, 0x200E, 0x200F, 0x2028, 0x2029, 0x2581,
                           0xFEFF, 0xFFFD}) {
    rules[{c}] = U" ";
  }
  rules.erase(U"\uFF5E");
}

void fold_case(Rules& rules) {
  std::unordered_map<char32_t, char32_t> folded;
  for (const auto& [first, last, step, by] : tables::kFolding) {
    for (char32_t c = first; c <= last; c += step) folded[c] = static_cast<char32_t>(static_cast<std::int32_t>(c) + by);
  }
  for (auto& [source, target] : rules) {
    for (char32_t& c : target) {
      if (const auto found = folded.find(c); found != folded.end()) c = found->second;
    }
  }
  for (const auto& [c, small] : folded) rules.try_emplace({c}, 1, small);
}

std::string in_utf8(const std::u32string& text) {
  std::string bytes;
  for (const char32_t c : text) utf8::append(bytes, c);
  return bytes;
}

}  // namespace

const std::vector<std::string>& charsmap_names() {
  static const std::vector<std::string> names = {"nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity"};
  return names;
}

std::string build_charsmap(std::string_view name) {
  const auto& names = charsmap_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw Error(ErrorCode::usage, "unknown normalization rules \"" + std::string(name) + "\"")
        .remedy("known are nmt_nfkc, nfkc, nmt_nfkc_cf, nfkc_cf and identity");
  }
  if (name == "identity") return {};
  Rules rules = nfkc_rules();
  if (name.starts_with("nmt_")) add_nmt(rules);
  if (name.ends_with("_cf")) fold_case(rules);
  std::vector<std::pair<std::string, std::string>> list;
  list.reserve(rules.size());
  for (const auto& [source, target] : rules) list.emplace_back(in_utf8(source), in_utf8(target));
  return serialize_charsmap(std::move(list));
}

std::string serialize_charsmap(std::vector<std::pair<std::string, std::string>> rules) {
  if (rules.empty()) return {};
  std::map<std::string, std::uint32_t> places;
  for (const auto& [source, target] : rules) places[target] = 0;
  std::string outputs;
  for (auto& [output, place] : places) {
    place = static_cast<std::uint32_t>(outputs.size());
    outputs.append(output).push_back('\0');
  }
  std::sort(rules.begin(), rules.end());
  std::vector<std::pair<std::string, std::uint32_t>> keys;
  keys.reserve(rules.size());
  for (auto& [source, target] : rules) keys.emplace_back(std::move(source), places[target]);
  const std::vector<std::uint32_t> units = DoubleArray::build(keys);
  std::string serialized;
  serialized.reserve(4 + units.size() * 4 + outputs.size());
  const auto put = [&serialized](std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) serialized += static_cast<char>(value >> shift & 0xFF);
  };
  put(static_cast<std::uint32_t>(units.size() * 4));
  for (const std::uint32_t unit : units) put(unit);
  return serialized + outputs;
}

}  // namespace quern::normalizers
