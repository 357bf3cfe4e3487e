#include "tokenizers/normalizers/charsmap_builder.h"

#include <algorithm>
#include <map>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/normalizers/byte_automaton.h"
#include "tokenizers/normalizers/charsmap_rules.h"
#include "tokenizers/normalizers/double_array.h"
#include "tokenizers/normalizers/hangul.h"

namespace quern::normalizers {
namespace {

std::string in_utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t c : text) utf8::append(bytes, c);
  return bytes;
}

// Every output once, in order of its bytes.
class Outputs {
 public:
  void add(std::string output) { list_.push_back(std::move(output)); }
  void finish() {
    std::sort(list_.begin(), list_.end());
    list_.erase(std::unique(list_.begin(), list_.end()), list_.end());
    for (const std::string& output : list_) {
      places_.push_back(static_cast<std::uint32_t>(bytes_.size()));
      bytes_.append(output).push_back('\0');
    }
  }
  std::uint32_t place(const std::string& output) const {
    return places_[static_cast<std::size_t>(std::lower_bound(list_.begin(), list_.end(), output) - list_.begin())];
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::vector<std::string> list_;
  std::vector<std::uint32_t> places_;
  std::string bytes_;
};

std::string serialized(const ByteAutomaton& keys, const Outputs& outputs) {
  const std::vector<std::uint32_t> units = DoubleArray::build(keys);
  std::string bytes;
  bytes.reserve(4 + units.size() * 4 + outputs.bytes().size());
  const auto put = [&bytes](std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift & 0xFF);
  };
  put(static_cast<std::uint32_t>(units.size() * 4));
  for (const std::uint32_t unit : units) put(unit);
  return bytes + outputs.bytes();
}

// The automaton of a rule set, character by character, so that what follows the variants of a jamo is made once.
class RuleAutomaton {
 public:
  RuleAutomaton(RuleSet set, const Outputs& outputs) : set_(std::move(set)), outputs_(outputs) {
    std::sort(set_.rules.begin(), set_.rules.end(), [](const Rule& a, const Rule& b) { return a.source < b.source; });
    for (std::size_t i = 0; i < set_.leading.size(); ++i) {
      const Branches vowels = syllables(hangul::kLeading + static_cast<char32_t>(i));
      for (const char32_t variant : set_.leading[i]) behind_leading_[variant] = vowels;
    }
    node(0, set_.rules.size(), 0, {});
    keys_.finish();
  }
  const ByteAutomaton& keys() const { return keys_; }

 private:
  using Branches = std::vector<std::pair<char32_t, std::uint32_t>>;  // a character, and the list of what is behind it

  // The list of a node to which `characters` of each rule [begin, end) lead, and which has these branches besides.
  std::uint32_t node(std::size_t begin, std::size_t end, std::size_t characters, Branches branches) {
    std::vector<ByteAutomaton::Child> children;
    if (begin < end && set_.rules[begin].source.size() == characters) {
      children.push_back({0, outputs_.place(in_utf8(set_.rules[begin++].target))});
    }
    while (begin < end) {
      const char32_t c = set_.rules[begin].source[characters];
      std::size_t next = begin;
      while (next < end && set_.rules[next].source[characters] == c) ++next;
      const auto syllables = behind_leading_.find(c);
      const bool is_leading = characters == 0 && syllables != behind_leading_.end();
      branches.emplace_back(c, node(begin, next, characters + 1, is_leading ? syllables->second : Branches()));
      if (is_leading) behind_leading_.erase(syllables);
      begin = next;
    }
    if (characters == 0) {  // leading consonants that no other rule begins with
      for (const auto& [c, vowels] : behind_leading_) branches.emplace_back(c, node(0, 0, 1, vowels));
    }
    return list(std::move(children), std::move(branches));
  }

  // The branches behind a leading consonant.
  Branches syllables(char32_t leading) {
    Branches branches;
    for (std::size_t v = 0; v < set_.vowels.size(); ++v) {
      const char32_t open = hangul::compose(leading, hangul::kVowels + static_cast<char32_t>(v));
      Branches closed;
      for (std::size_t t = 0; t < set_.trailing.size(); ++t) {
        const std::uint32_t output = outputs_.place(in_utf8(std::u32string(1, open + static_cast<char32_t>(t) + 1)));
        for (const char32_t c : set_.trailing[t]) closed.emplace_back(c, keys_.list({{0, output}}));
      }
      const std::uint32_t behind = list({{0, outputs_.place(in_utf8(std::u32string(1, open)))}}, std::move(closed));
      if (set_.vowels[v].size() > 1) keys_.share(behind);
      for (const char32_t c : set_.vowels[v]) branches.emplace_back(c, behind);
    }
    return branches;
  }

  std::uint32_t list(std::vector<ByteAutomaton::Child> children, Branches branches) {
    std::sort(branches.begin(), branches.end());
    std::vector<std::string> spelled;
    for (const auto& [c, behind] : branches) spelled.push_back(in_utf8({&c, 1}));
    spell(branches, spelled, 0, branches.size(), 0, children);
    return keys_.list(children);
  }

  // Adds the bytes of branches [begin, end) from `byte` on, which are alike before it.
  void spell(const Branches& branches, const std::vector<std::string>& spelled, std::size_t begin, std::size_t end,
             std::size_t byte, std::vector<ByteAutomaton::Child>& children) {
    while (begin < end) {
      const char label = spelled[begin][byte];
      std::size_t next = begin;
      while (next < end && spelled[next][byte] == label) ++next;
      std::uint32_t target = branches[begin].second;
      if (byte + 1 < spelled[begin].size()) {
        std::vector<ByteAutomaton::Child> behind;
        spell(branches, spelled, begin, next, byte + 1, behind);
        target = keys_.list(behind);
      }
      children.push_back({static_cast<unsigned char>(label), target});
      begin = next;
    }
  }

  RuleSet set_;
  const Outputs& outputs_;
  ByteAutomaton keys_;
  std::map<char32_t, Branches> behind_leading_;
};

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
  RuleSet set = charsmap_rules(name);
  Outputs outputs;
  for (const Rule& rule : set.rules) outputs.add(in_utf8(rule.target));
  for (char32_t i = 0; i < hangul::kSyllableCount; ++i) {
    outputs.add(in_utf8(std::u32string(1, hangul::kSyllables + i)));
  }
  outputs.finish();
  return serialized(RuleAutomaton(std::move(set), outputs).keys(), outputs);
}

std::string serialize_charsmap(std::vector<std::pair<std::string, std::string>> rules) {
  if (rules.empty()) return {};
  Outputs outputs;
  for (const auto& [source, target] : rules) outputs.add(target);
  outputs.finish();
  std::sort(rules.begin(), rules.end());
  std::vector<std::pair<std::string, std::uint32_t>> keys;
  for (auto& [source, target] : rules) keys.emplace_back(std::move(source), outputs.place(target));
  return serialized(ByteAutomaton(keys), outputs);
}

}  // namespace quern::normalizers
