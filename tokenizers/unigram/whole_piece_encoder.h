// SentencePiece's models without a choice: each word, or each character, is a piece or unknown.
//
//   const WholePieceEncoder words(model);       // algorithm word or character; immutable, shared by threads
//   words.encode("▁Grind▁the▁grain", tokens);   // appends
//
// Words begin at U+2581. A user-defined piece is one character to the character model, the longest at each place. Unused
// pieces are unknown. What becomes of unknown ones: unknown_parts.h. Text is valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizers/definition/models.h"
#include "tokenizers/unigram/unknown_parts.h"

namespace quern::unigram {

class WholePieceEncoder {
 public:
  explicit WholePieceEncoder(const SentencePieceModel& model);
  void encode(std::string_view text, std::vector<ModelToken>& tokens) const;

 private:
  std::size_t word_size(std::string_view text) const;
  std::size_t symbol_size(std::string_view text) const;

  std::unordered_map<std::string, TokenId> ids_;
  std::unordered_map<std::string, bool> user_defined_;  // and the beginnings of them: false
  bool words_;
  SentencePieceUnknowns unknowns_;
};

}  // namespace quern::unigram
