// Byte-level BPE: pieces are cut out of the text as it stands and merged as bytes, which saves spelling them out.
#pragma once

#include <memory>

#include "tokenizers/definition.h"
#include "tokenizers/pipelines/pipeline.h"

namespace quern {

// Whether the definition is of this kind: BPE, ByteLevel at the end of the pre-tokenizers, only splits before it, and
// nothing that changes the text first.
bool is_byte_level(const TokenizerDefinition& definition);

// Error{format} when the model's parts do not fit together.
std::unique_ptr<const CompiledPipeline> make_byte_level_pipeline(const TokenizerDefinition& definition);

}  // namespace quern
