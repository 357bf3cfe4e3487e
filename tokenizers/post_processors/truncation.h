// How texts are cut to a length: how much of each stays, and where the windows lie that hold the rest. Hugging Face
// 0.23.3's rules.
//
//   const auto lengths = truncated_lengths({30, 12}, {.max_length = 20});         // longest first: 10 and 10
//   for (auto [begin, end] : cut_into_windows(30, lengths[0], /*stride=*/2, Side::right)) …   // [0,10) [8,18) [16,26) [24,30)
//
// Error{input} where the texts cannot be cut so: the text to cut would be gone, or is not there, or the windows would
// not move on (stride as large as a window).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tokenizers/definition/post_processors.h"

namespace quern {

struct TokenRange {
  std::size_t begin = 0, end = 0;
  friend bool operator==(const TokenRange&, const TokenRange&) = default;
};

// How many tokens of each of one or two texts stay; truncation.max_length is the room for both, special tokens apart.
std::vector<std::size_t> truncated_lengths(std::span<const std::size_t> lengths, const Truncation& truncation);

// The windows of `kept` tokens over `length`, the one that stays first; one when all tokens stay. With kept = 0 an empty
// one and then the whole.
std::vector<TokenRange> cut_into_windows(std::size_t length, std::size_t kept, std::size_t stride, Side direction);
// Their number, without making them.
std::size_t count_windows(std::size_t length, std::size_t kept, std::size_t stride);

}  // namespace quern
