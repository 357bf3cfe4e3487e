// Any tokenizer, one part after the other: slower than the pipelines made for one kind, and the one they are held against.
#pragma once

#include <memory>

#include "tokenizers/definition.h"
#include "tokenizers/pipelines/pipeline.h"

namespace quern {

// Error{format} when the parts do not fit together.
std::unique_ptr<const CompiledPipeline> make_general_pipeline(const TokenizerDefinition& definition);

}  // namespace quern
