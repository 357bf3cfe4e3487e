// A way from raw text to ids that is made for one kind of tokenizer: it cuts the text where no part of the pipeline can tell,
// looks the pieces up, and encodes what it has not seen. Ids only; they are those of the general pipeline.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/tokenizer.h"

namespace quern {

// One thread's.
class SegmentEncoder {
 public:
  virtual ~SegmentEncoder() = default;
  // Appends. A segment is valid UTF-8 between added tokens, not empty; begins_document: nothing stands before it.
  virtual void encode(std::string_view segment, bool begins_document, std::vector<TokenId>& ids) = 0;
};

// Immutable, shared by threads; outlives what it starts.
class CompiledSegments {
 public:
  virtual ~CompiledSegments() = default;
  virtual std::unique_ptr<SegmentEncoder> start(const EncodeOptions& options) const = 0;
};

// Null where the definition is not of that kind, or its vocabulary does not allow such cuts.
std::unique_ptr<const CompiledSegments> make_metaspace_bpe(const TokenizerDefinition& definition);
std::unique_ptr<const CompiledSegments> make_bert_word_piece(const TokenizerDefinition& definition);
std::unique_ptr<const CompiledSegments> make_unigram_words(const TokenizerDefinition& definition);

}  // namespace quern
