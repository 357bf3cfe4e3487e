// The components of tokenizer.json, read: each takes the cursor of its member.
#pragma once

#include <optional>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/formats/json_cursor.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {

std::vector<PreTokenizer> read_pre_tokenizers(const JsonCursor& json);
std::vector<PostProcessor> read_post_processors(const JsonCursor& json);
std::vector<Decoder> read_decoders(const JsonCursor& json);
// One element of added_tokens, or the same object in other files: `content` and the five flags, no id.
AddedToken read_added_token(const JsonCursor& json);

}  // namespace quern::formats
