// A text's way to tokens, by one thread: added tokens out, normalizers, pre-tokenizers, model. Special tokens around the
// text are the post-processor's (Encoder adds them).
//
// A CompiledPipeline is immutable and shared; each Encoder has a Pipeline of its own, with caches and scratch.
//
//   byte_level.h   byte-level BPE: works on the bytes as they are, and on bytes that are no UTF-8
//   general.h      everything else, part by part
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/tokenizer.h"

namespace quern {

class Pipeline {
 public:
  virtual ~Pipeline() = default;
  // Appends.
  virtual void encode(std::string_view text, std::vector<TokenId>& ids) = 0;
  virtual void encode(std::string_view text, Encoding& encoding) = 0;
  // What the general pipeline alone can: sampling by the number of a text, and n-best lists, neither trimmed nor framed.
  virtual void begin_text(std::uint64_t number) { (void)number; }
  virtual std::vector<ScoredEncoding> nbest(std::string_view text, std::size_t k) { return (void)text, (void)k, std::vector<ScoredEncoding>(); }
};

class CompiledPipeline {
 public:
  virtual ~CompiledPipeline() = default;
  // The tokenizer is the one this pipeline belongs to; it outlives the result.
  virtual std::unique_ptr<Pipeline> start(const Tokenizer::Compiled& tokenizer, const EncodeOptions& options) const = 0;
  virtual bool tells_words() const { return false; }  // fills Encoding::words, with EncodeOptions::words
};

}  // namespace quern
