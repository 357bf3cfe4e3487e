// What a model takes in at once: the tokens of one or two texts with their special tokens and padding, one entry per
// token in every list. A text that was cut to a length is several windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tokenizers/definition/added_token.h"

namespace quern {

using Offsets = std::pair<std::size_t, std::size_t>;  // bytes [begin, end) of the text that a token stands in

struct Window {
  std::vector<TokenId> ids;
  std::vector<TokenId> type_ids;              // which part of the input: by BERT 0 for the first text, 1 for the second
  std::vector<std::uint8_t> attention_mask;   // 0: padding
  std::vector<std::uint8_t> special_mask;     // 1: put there by the post-processor, or padding
  std::vector<Offsets> offsets;               // special tokens and padding: 0, 0, as where not asked for
  std::vector<std::int32_t> words;            // piece of its text, from 0; -1: none, or not asked for
  std::vector<std::int32_t> sequences;        // 0 or 1: the text it comes from; -1: none

  std::size_t size() const { return ids.size(); }
  void reserve(std::size_t tokens);
};

}  // namespace quern
