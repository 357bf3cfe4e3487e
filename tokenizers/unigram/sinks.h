// Where the tokens of a segmentation go: ids alone, or tokens with the bytes they stand for.
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizers/model_token.h"

namespace quern::unigram {

struct IdSink {
  std::vector<TokenId>& ids;
  void add(const ModelToken& token) { ids.push_back(token.id); }
  void extend(std::uint32_t) {}  // the last token, up to there
};

struct TokenSink {
  std::vector<ModelToken>& tokens;
  void add(const ModelToken& token) { tokens.push_back(token); }
  void extend(std::uint32_t end) { tokens.back().end = end; }
};

}  // namespace quern::unigram
