// Which added tokens count in a text, by the options of one encoder, and where they stand.
#pragma once

#include <string_view>
#include <vector>

#include "tokenizers/added_tokens.h"
#include "tokenizers/tokenizer.h"

namespace quern {

class ActiveTokens {
 public:
  ActiveTokens(const AddedTokenFinder& finder, const Tokenizer::Compiled& tokenizer, const EncodeOptions& options);

  bool none() const { return none_; }
  // Cuts text[begin, end) at them; one segment where there is none. Appends.
  void cut(std::string_view text, std::size_t begin, std::size_t end, std::vector<TextSegment>& segments) const;

 private:
  const AddedTokenFinder& finder_;
  std::vector<bool> active_;
  bool none_;
};

}  // namespace quern
