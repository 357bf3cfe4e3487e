#include "tokenizers/pre_tokenizers/pre_tokenizer_chain.h"

#include "core/error.h"

namespace quern {

PreTokenizerChain::PreTokenizerChain(const std::vector<PreTokenizer>& parts) {
  const auto* byte_level = parts.empty() ? nullptr : std::get_if<ByteLevelPreTokenizer>(&parts.back());
  if (!byte_level) {
    throw Error(ErrorCode::unsupported, "a BPE model without a ByteLevel pre-tokenizer at the end cannot be used yet");
  }
  add_prefix_space_ = byte_level->add_prefix_space;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto* split = std::get_if<SplitPreTokenizer>(&parts[i]);
    if (!split) throw Error(ErrorCode::unsupported, "a pre-tokenizer behind ByteLevel cannot be used yet");
    splits_.push_back({Splitter(split->pattern), split->behavior, split->invert});
  }
  if (byte_level->use_regex) {
    last_.emplace(SplitPattern::named("gpt2"));
  } else if (splits_.size() == 1 && splits_[0].behavior == SplitBehavior::isolated && !add_prefix_space_) {
    last_.emplace(std::move(splits_[0].splitter));
    splits_.clear();
  }
}

// Hugging Face's SplitDelimiterBehavior: matches and the stretches between them, joined or left out.
void PreTokenizerChain::apply(const Split& split, std::string_view text, std::size_t begin,
                              std::vector<std::pair<std::size_t, std::size_t>>& pieces) {
  const std::size_t first = pieces.size();
  bool previous_matched = false;
  for (std::size_t at = 0; at < text.size();) {
    const Piece piece = split.splitter.next(text, at);
    at += piece.size;
    const std::size_t end = begin + piece.size;
    const bool matched = piece.matched != split.invert;
    bool join = false;
    switch (split.behavior) {
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
      pieces.back().second = end;
    } else if (!matched || split.behavior != SplitBehavior::removed) {
      pieces.emplace_back(begin, end);
    }
    previous_matched = matched;
    begin = end;
  }
}

}  // namespace quern
