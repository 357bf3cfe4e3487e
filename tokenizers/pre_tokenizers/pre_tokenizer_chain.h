// The pre-tokenizers of a definition, one after the other, whatever they are: a normalized text in, its pieces out.
//
//   const PreTokenizerChain chain(definition.pre_tokenizers);
//   PreTokenizerChain::Scratch scratch;                    // per thread
//   chain.cut(text, true, scratch);
//   for (TextRange piece : scratch.pieces) …text.text.substr(piece.begin, piece.end - piece.begin)…
//
// Some parts rewrite the text (Metaspace, ByteLevel); where a character is put in or replaced, its span is kept up. A text
// without spans is cut as well: begins and ends are empty then and stay so.
// Tokenizers whose last part is ByteLevel usually run on ByteLevelChain, which leaves the bytes as they are.
// Immutable after construction, so any number of threads may share it.
#pragma once

#include <memory>
#include <vector>

#include "tokenizers/definition/pre_tokenizers.h"
#include "tokenizers/normalizers/normalized_text.h"
#include "tokenizers/pre_tokenizers/split_behavior.h"

namespace quern {

class PreTokenizerChain {
 public:
  explicit PreTokenizerChain(const std::vector<PreTokenizer>& parts);
  ~PreTokenizerChain();
  PreTokenizerChain(PreTokenizerChain&&) noexcept;

  struct Scratch {
    std::vector<TextRange> pieces;  // the result
    std::vector<TextRange> next;
    NormalizedText rewritten;
  };
  // text: valid UTF-8, not empty. begins_document: no original text stands before it, for Metaspace's "first".
  void cut(NormalizedText& text, bool begins_document, Scratch& scratch) const;

  class Step;

 private:
  std::vector<std::unique_ptr<const Step>> steps_;
};

}  // namespace quern
