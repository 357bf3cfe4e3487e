// The general pipeline with a shortcut: where only ids are asked for, a SegmentEncoder takes the text between added tokens.
#pragma once

#include <memory>

#include "tokenizers/definition.h"
#include "tokenizers/pipelines/pipeline.h"

namespace quern {

// The general pipeline where there is no shortcut for the definition. Error{format} when the parts do not fit together.
std::unique_ptr<const CompiledPipeline> make_segmented_pipeline(const TokenizerDefinition& definition);

}  // namespace quern
