// What a tokenizer is, as data: the five parts of a pipeline and the added tokens, as tokenizer.json 1.0 describes them.
//
//   text → [added tokens cut out] → normalizer → pre-tokenizer (pieces) → model (tokens) → post-processor (special tokens)
//   ids → decoder → text
//
// Formats read and write this, trainers produce it, Tokenizer (tokenizers/tokenizer.h) compiles it into something that
// runs. A component that quern cannot run has no alternative here: reading one is Error{unsupported} naming it.
// A new component is a struct here, a line in its variant, its JSON in formats/tokenizer_json_*.cpp and its code in its folder.
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

// A token found in the text itself, before any other part sees it.
struct AddedToken {
  TokenId id = 0;
  std::string content;
  bool single_word = false;  // only between non-word characters
  bool lstrip = false;       // takes the white space before it along
  bool rstrip = false;       // … and after it
  bool normalized = true;    // matched in the normalized text, not in the raw one
  bool special = false;      // left out by decode --skip-special; not matched when specials are taken as text
};

// --- normalizers -----------------------------------------------------------------------------------------------------

struct PrependNormalizer { std::string prepend; };
struct ReplaceNormalizer { std::string pattern, content; };  // literal pattern
struct SequenceNormalizer;
using Normalizer = std::variant<PrependNormalizer, ReplaceNormalizer, SequenceNormalizer>;
struct SequenceNormalizer { std::vector<Normalizer> parts; };

// --- pre-tokenizers --------------------------------------------------------------------------------------------------

enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

struct ByteLevelPreTokenizer {
  bool add_prefix_space = true;
  bool trim_offsets = true;
  bool use_regex = true;  // GPT-2's split before the bytes are spelled out
};
struct SplitPreTokenizer {
  SplitPattern pattern;
  SplitBehavior behavior = SplitBehavior::isolated;
  bool invert = false;
};
struct SequencePreTokenizer;
using PreTokenizer = std::variant<ByteLevelPreTokenizer, SplitPreTokenizer, SequencePreTokenizer>;
struct SequencePreTokenizer { std::vector<PreTokenizer> parts; };

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
  std::vector<Merge> merges;            // empty under BpeOrder::ranks
  std::optional<std::string> unk_token;
  std::string continuing_subword_prefix;
  std::string end_of_word_suffix;
  std::optional<double> dropout;
  bool fuse_unk = false;
  bool byte_fallback = false;
  bool ignore_merges = false;  // a piece that is a token is that token, whatever the merges say (always so under ranks)
};
using Model = std::variant<BpeModel>;

// --- post-processors -------------------------------------------------------------------------------------------------

struct ByteLevelPostProcessor { bool add_prefix_space = true, trim_offsets = true, use_regex = true; };
struct RobertaPostProcessor {
  std::pair<std::string, TokenId> sep, cls;
  bool trim_offsets = true, add_prefix_space = true;
};
struct TemplatePiece {
  enum class Kind { sequence_a, sequence_b, special } kind;
  std::string special;  // its name in the template
  TokenId type_id = 0;
};
struct TemplatePostProcessor {
  std::vector<TemplatePiece> single, pair;
  struct Special { std::string name; std::vector<TokenId> ids; std::vector<std::string> tokens; };
  std::vector<Special> specials;
};
struct SequencePostProcessor;
using PostProcessor = std::variant<ByteLevelPostProcessor, RobertaPostProcessor, TemplatePostProcessor, SequencePostProcessor>;
struct SequencePostProcessor { std::vector<PostProcessor> parts; };

// --- decoders --------------------------------------------------------------------------------------------------------

struct ByteLevelDecoder { bool add_prefix_space = true, trim_offsets = true, use_regex = true; };
using Decoder = std::variant<ByteLevelDecoder>;

// ---------------------------------------------------------------------------------------------------------------------

struct TokenizerDefinition {
  std::vector<AddedToken> added_tokens;  // by id
  std::optional<Normalizer> normalizer;
  std::optional<PreTokenizer> pre_tokenizer;
  Model model;
  std::optional<PostProcessor> post_processor;
  std::optional<Decoder> decoder;
  // Whether special tokens written in the text count as such when the user does not say: true for tokenizer.json,
  // false for .tiktoken (tiktoken's encode_ordinary).
  bool specials_in_text = true;
};

}  // namespace quern
