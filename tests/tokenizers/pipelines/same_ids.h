// The shortcuts for ids alone against the general pipeline, which runs where offsets are asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/tokenizers/generated_text.h"
#include "tokenizers/tokenizer.h"

namespace quern::test {

// Words, marks, ideographs, controls and white space in one heap.
inline std::string mixed_text(GeneratedText& generated, const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t n = generated.below(generated.below(4) == 0 ? 80 : 12); n > 0; --n) {
    text += generated.below(6) == 0 ? generated.valid_utf8(1 + generated.below(3)) : parts[generated.below(parts.size())];
  }
  return text;
}

// The first text that the two encode differently; nothing where there is none.
inline std::optional<std::string> first_difference(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  Encoder fast(tokenizer), general(tokenizer);
  for (const std::string& text : texts) {
    std::vector<TokenId> ids;
    Encoding encoding;
    fast.encode(text, ids);
    general.encode(text, encoding);
    if (ids != encoding.ids) return text;
  }
  return std::nullopt;
}

}  // namespace quern::test
