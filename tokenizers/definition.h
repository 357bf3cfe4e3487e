// What a tokenizer is, as data: the parts of a pipeline and the added tokens, as tokenizer.json 1.0 describes them.
//
//   text → [added tokens cut out] → pre-tokenizers (pieces) → model (tokens) → post-processors (special tokens)
//   ids → decoder → text
//
// Formats read and write this, trainers produce it, Tokenizer (tokenizers/tokenizer.h) compiles it into something that
// runs. A component that quern cannot run has no alternative here: reading one is Error{unsupported} naming it.
// A new component is a struct here, a line in its variant, its JSON in formats/tokenizer_json_*.cpp and its code in its
// folder. A "Sequence" of tokenizer.json is the order of the vector, nesting is flattened.
//
// Token texts are as in tokenizer.json: byte-level vocabularies spell each byte as one printable character
// (tokenizers/byte_level.h), other formats are translated on reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tokenizers/pre_tokenizers/split_pattern.h"

namespace quern {

using TokenId = std::uint32_t;

// A token found in the text itself, before any other part sees it. Those with normalized = false are cut out first.
struct AddedToken {
  TokenId id = 0;
  std::string content;
  bool single_word = false;  // only between non-word characters
  bool lstrip = false;       // takes the white space before it along
  bool rstrip = false;       // … and after it
  bool normalized = true;    // matched in the normalized text, not in the raw one
  bool special = false;      // left out by decode --skip-special; not matched when specials are taken as text
  friend bool operator==(const AddedToken&, const AddedToken&) = default;
};

// --- pre-tokenizers --------------------------------------------------------------------------------------------------

enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

// Cuts pieces at the matches of a pattern.
struct SplitPreTokenizer {
  SplitPattern pattern;
  SplitBehavior behavior = SplitBehavior::isolated;
  bool invert = false;  // what lies between the matches counts as matched
  friend bool operator==(const SplitPreTokenizer&, const SplitPreTokenizer&) = default;
};

// Spells bytes out as characters. It comes last, and a byte-level model needs it.
struct ByteLevelPreTokenizer {
  bool add_prefix_space = true;  // a piece that does not begin with a space gets one
  bool use_regex = true;         // GPT-2's split before the bytes are spelled out
  friend bool operator==(const ByteLevelPreTokenizer&, const ByteLevelPreTokenizer&) = default;
};
using PreTokenizer = std::variant<ByteLevelPreTokenizer, SplitPreTokenizer>;

// --- models ----------------------------------------------------------------------------------------------------------

struct Merge {
  TokenId left, right;
  friend bool operator==(const Merge&, const Merge&) = default;
};

// How a BPE vocabulary says which pair goes first. The same vocabulary can give different ids under the two.
enum class BpeOrder {
  merges,  // a list of pairs, earlier first (Hugging Face, GPT-2 merges.txt)
  ranks,   // any two neighbours whose concatenation is a token; the token's id is its rank (tiktoken)
};

struct BpeModel {
  std::vector<std::string> vocabulary;  // by id; an id that no token has holds an empty string
  BpeOrder order = BpeOrder::merges;
  std::vector<Merge> merges;            // without repetitions; empty under BpeOrder::ranks
  // Stands for a byte that is no token. A vocabulary without it drops such bytes, as Hugging Face does.
  std::optional<std::string> unk_token;
  bool fuse_unk = false;       // neighbouring unknown bytes of a piece become one unk
  bool ignore_merges = false;  // a piece that is a token is that token, whatever the merges say (always so under ranks)
  friend bool operator==(const BpeModel&, const BpeModel&) = default;
};
using Model = std::variant<BpeModel>;

// --- post-processors -------------------------------------------------------------------------------------------------

// Only concerns offsets.
struct ByteLevelPostProcessor {
  bool add_prefix_space = true;  // the first space of the text was not in it: it is not trimmed
  bool trim_offsets = true;      // offsets leave out the white space that a token begins or ends with
  friend bool operator==(const ByteLevelPostProcessor&, const ByteLevelPostProcessor&) = default;
};
struct RobertaPostProcessor {
  std::pair<std::string, TokenId> sep, cls;
  bool trim_offsets = true, add_prefix_space = true;
  friend bool operator==(const RobertaPostProcessor&, const RobertaPostProcessor&) = default;
};
struct TemplatePiece {
  enum class Kind { sequence_a, sequence_b, special } kind = Kind::sequence_a;
  std::string special;  // its name in the template
  TokenId type_id = 0;
  friend bool operator==(const TemplatePiece&, const TemplatePiece&) = default;
};
struct TemplatePostProcessor {
  std::vector<TemplatePiece> single, pair;
  struct Special {
    std::string name;
    std::vector<TokenId> ids;
    std::vector<std::string> tokens;
    friend bool operator==(const Special&, const Special&) = default;
  };
  std::vector<Special> specials;
  friend bool operator==(const TemplatePostProcessor&, const TemplatePostProcessor&) = default;
};
using PostProcessor = std::variant<ByteLevelPostProcessor, RobertaPostProcessor, TemplatePostProcessor>;

// --- decoders --------------------------------------------------------------------------------------------------------

struct ByteLevelDecoder {
  friend bool operator==(const ByteLevelDecoder&, const ByteLevelDecoder&) = default;
};
using Decoder = std::variant<ByteLevelDecoder>;

// ---------------------------------------------------------------------------------------------------------------------

struct TokenizerDefinition {
  std::vector<AddedToken> added_tokens;  // by id
  std::vector<PreTokenizer> pre_tokenizers;
  Model model;
  std::vector<PostProcessor> post_processors;  // at most one of them adds special tokens
  std::optional<Decoder> decoder = ByteLevelDecoder{};  // none: the tokens as they are spelled, spaces between them
  // Whether special tokens written in the text count as such when the user does not say: true for tokenizer.json,
  // false for .tiktoken (tiktoken's encode_ordinary).
  bool specials_in_text = true;
  friend bool operator==(const TokenizerDefinition&, const TokenizerDefinition&) = default;
};

}  // namespace quern
