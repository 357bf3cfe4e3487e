// Cutting one piece at the matches of something: a pattern, a class of characters.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "tokenizers/definition/pre_tokenizers.h"
#include "tokenizers/pre_tokenizers/split_pattern.h"

namespace quern {

// Bytes [begin, end) of a text.
struct TextRange {
  std::size_t begin = 0, end = 0;
  friend bool operator==(const TextRange&, const TextRange&) = default;
};

// Hugging Face's SplitDelimiterBehavior: matches and the stretches between them, joined or left out. next(text, at) is the
// Piece of `text` that begins at `at`. The pieces, moved by `begin`, go behind those in `pieces`.
template <class Next>
void cut_at_matches(std::string_view text, std::size_t begin, SplitBehavior behavior, bool invert, Next next,
                    std::vector<TextRange>& pieces) {
  const std::size_t first = pieces.size();
  bool previous_matched = false;
  for (std::size_t at = 0; at < text.size();) {
    const Piece piece = next(text, at);
    at += piece.size;
    const std::size_t end = begin + piece.size;
    const bool matched = piece.matched != invert;
    bool join = false;
    switch (behavior) {
      case SplitBehavior::removed:
      case SplitBehavior::isolated:
        break;
      case SplitBehavior::merged_with_previous:
        join = matched && !previous_matched;
        break;
      case SplitBehavior::merged_with_next:
        join = !matched && previous_matched;
        break;
      case SplitBehavior::contiguous:
        join = matched == previous_matched;
        break;
    }
    if (join && pieces.size() > first) {
      pieces.back().end = end;
    } else if (!matched || behavior != SplitBehavior::removed) {
      pieces.push_back({begin, end});
    }
    previous_matched = matched;
    begin = end;
  }
}

}  // namespace quern
