#include "tokenizers/pre_tokenizers/byte_level_chain.h"

#include "core/error.h"

namespace quern {

ByteLevelChain::ByteLevelChain(const std::vector<PreTokenizer>& parts) {
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

}  // namespace quern
