// The short keys of core/piece_key.h, by the names that the encoder knows them under.
#pragma once

#include "core/piece_key.h"

namespace quern::bpe {

using quern::hash;
using quern::hash_bytes;
using quern::kShortPiece;
using quern::make_key;
using quern::make_key_readable;
using quern::mix;
using quern::PieceKey;

}  // namespace quern::bpe
