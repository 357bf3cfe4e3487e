// What a model makes of a piece: ids, each with the bytes [begin, end) of the piece that it stands for.
//
// Tokens come in order, but need not tile the piece: symbols without a token may be dropped, and the byte tokens of one
// character share its place (tokenizers/definition/models.h says which model does what).
#pragma once

#include <cstdint>

#include "tokenizers/definition/added_token.h"

namespace quern {

struct ModelToken {
  TokenId id = 0;
  std::uint32_t begin = 0, end = 0;
  friend bool operator==(const ModelToken&, const ModelToken&) = default;
};

}  // namespace quern
