// Candidates for pieces: the substrings that recur, each with how often.
//
//   std::vector<SeedPiece> seeds = find_seeds(units, {.most = 1000000}, rules_allow, threads);
//
// Of all strings with the same occurrences only the longest is one: the inner nodes of the suffix tree (Abouelhoda et al.
// 2004, by intervals of longest common prefixes). Texts come as distinct units with counts, so that what a corpus repeats is
// sorted once; the result is that of a suffix array over the whole corpus. Suffixes are sorted only at characters and only to
// kDepth bytes, beyond which nothing can be a piece: 16 bytes of memory for each character of the units.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quern {

// A stretch of text and what follows it.
struct SeedUnit {
  std::string_view text;
  std::uint64_t count = 1;
  enum class After : std::uint8_t {
    space,   // a word: U+2581 and another word
    end,     // the end of the text; the next one begins with U+2581
    border,  // the end of the text; the next one begins with anything
  } after = After::end;
};

struct SeedPiece {
  std::string text;
  std::uint64_t count = 0;
  double score = 0;  // count × characters
};

struct SeedSettings {
  std::size_t most = 1'000'000;
  std::size_t max_length = 16;       // characters
  // SentencePiece: a string is the longest when the next byte differs; scores are floats; among equals longer ones (in
  // bytes) come first, then lesser bytes. Hugging Face: when the next character differs; a unit counts once, whatever its
  // count; among equals greater bytes come first.
  enum class Rules { sentencepiece, hugging_face } rules = Rules::sentencepiece;
  // The text after which no other begins. A string that ends it, and others too, is counted once more for each end.
  std::string_view last_text = {};
};

// Best first. Two characters or more, twice or more.
std::vector<SeedPiece> find_seeds(const std::vector<SeedUnit>& units, const SeedSettings& settings,
                                  const std::function<bool(std::string_view)>& allow, int threads);

}  // namespace quern
