// Where a text is cut into pieces before BPE: the published patterns by name, and users' own regular expressions.
//
//   SplitPattern pattern = SplitPattern::named("cl100k");        // or SplitPattern::from_regex("\\s+|\\S+")
//   const Splitter splitter(pattern);
//   for (std::size_t at = 0; at < text.size();) {
//     const Piece piece = splitter.next(text, at);                // never empty
//     at += piece.size;
//   }
//
// Named patterns run as hand-made scanners over pinned Unicode tables (unicode_classes.h says which version); a regular
// expression equal to a published one, letter by letter, becomes that scanner. Others run on RE2, or on ICU when they
// look ahead; \p{L}, \p{N}, \s and the like are spelled out with the same tables first, so every engine sees one Unicode.
//
//   gpt2         r50k_base, p50k_base; Hugging Face ByteLevel
//   cl100k       tiktoken's cl100k_base (white space at the end of the text is one piece)
//   cl100k-hf    the same before its possessive rewrite, as in tokenizer.json files (Llama 3 and others)
//   o200k        o200k_base, in tokenizer.json files too
//
// Immutable after construction, so any number of threads may use one Splitter.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quern {

// Which pattern, as data. `source` is the regular expression as written to tokenizer.json.
struct SplitPattern {
  enum class Kind { gpt2, cl100k, cl100k_hf, o200k, literal, regex };
  Kind kind = Kind::gpt2;
  std::string source;

  static SplitPattern named(std::string_view name);            // Error{usage} listing the names when unknown
  static SplitPattern from_regex(std::string_view source);     // recognises the published ones
  static SplitPattern from_literal(std::string_view text);
  static const std::vector<std::string>& names();
  friend bool operator==(const SplitPattern&, const SplitPattern&) = default;
};
const char* name(SplitPattern::Kind kind);

struct Piece {
  std::size_t size = 0;
  bool matched = true;  // false: a stretch between matches of a user's expression (named patterns match everything)
};

class Splitter {
 public:
  explicit Splitter(const SplitPattern& pattern);  // Error{usage} when the expression does not compile
  ~Splitter();
  Splitter(Splitter&&) noexcept;

  // The piece of text that begins at `at`, the end of the piece before it. Text is valid UTF-8 and ends where the text
  // ends; what lies before `at` is seen by expressions that look behind. An empty match cuts, but is no piece.
  Piece next(std::string_view text, std::size_t at) const;

  // For named patterns: the scanner itself, to be called without indirection per piece; null for regex and literal.
  // Takes [p, end), returns the end of the first piece.
  using Scanner = const char* (*)(const char* p, const char* end);
  Scanner scanner() const;
  SplitPattern::Kind kind() const;

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace quern
