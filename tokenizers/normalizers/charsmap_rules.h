// The rules of SentencePiece's own sets, derived from Unicode 17 as SentencePiece derives them (charsmap_builder.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quern::normalizers {

struct Rule {
  std::u32string source, target;
};

struct RuleSet {
  std::vector<Rule> rules;  // each source once, but for those below
  // And the rules that make syllables of jamo, 206,000 of them, by their parts: for each leading consonant, vowel and
  // trailing consonant in order, the characters that stand for it. Any two or three of them become a syllable.
  std::vector<std::u32string> leading, vowels, trailing;
};

// nmt_nfkc, nfkc, nmt_nfkc_cf or nfkc_cf.
RuleSet charsmap_rules(std::string_view name);

}  // namespace quern::normalizers
