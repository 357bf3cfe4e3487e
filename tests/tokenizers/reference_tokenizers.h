// The reference vocabularies of $QUERN_DATA, under the names of the fixtures' folders.
#pragma once

#include <string>

#include "tokenizers/tokenizer.h"

namespace quern::reference_data {

Tokenizer load_tokenizer(const std::string& name);

}  // namespace quern::reference_data
