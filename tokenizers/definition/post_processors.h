// What happens to the tokens of one or two texts after the model.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tokenizers/definition/added_token.h"

namespace quern {

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
struct BertPostProcessor {  // [CLS] A [SEP] and [CLS] A [SEP] B [SEP], type 1 from B on
  std::pair<std::string, TokenId> sep, cls;
  friend bool operator==(const BertPostProcessor&, const BertPostProcessor&) = default;
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
using PostProcessor =
    std::variant<ByteLevelPostProcessor, RobertaPostProcessor, BertPostProcessor, TemplatePostProcessor>;

// --- lengths ---------------------------------------------------------------------------------------------------------

enum class Side { left, right };

// Texts longer than max_length, special tokens included, are cut; what was cut off becomes further windows that overlap
// by `stride` tokens.
struct Truncation {
  enum class Strategy { longest_first, only_first, only_second } strategy = Strategy::longest_first;
  Side direction = Side::right;  // where tokens are taken away
  std::size_t max_length = 512, stride = 0;
  friend bool operator==(const Truncation&, const Truncation&) = default;
};
struct Padding {
  std::size_t length = 0;  // 0: of the longest in the batch
  Side direction = Side::right;
  std::size_t pad_to_multiple_of = 0;  // 0: any
  TokenId pad_id = 0, pad_type_id = 0;
  std::string pad_token = "[PAD]";
  friend bool operator==(const Padding&, const Padding&) = default;
};

}  // namespace quern
