// Pieces that a SentencePiece vocabulary has from the start, whatever is learned.
//
//   const auto placed = place_reserved({.user_defined_symbols = {"<sep>"}}, 8000);
//   if (placed[id]) …                       // by id; where there is none, and behind the last, a learned piece goes
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tokenizers/definition/models.h"

namespace quern {

// As in SentencePiece: ids of the four (none: there is no such piece), then the control symbols, the user's and the bytes at the
// lowest free ids.
struct ReservedPieces {
  std::optional<TokenId> unk_id = 0, bos_id = 1, eos_id = 2, pad_id = std::nullopt;
  std::string unk_piece = "<unk>", bos_piece = "<s>", eos_piece = "</s>", pad_piece = "<pad>";
  std::vector<std::string> control_symbols = {}, user_defined_symbols = {};
  bool byte_fallback = false;
};

using PlacedPieces = std::vector<std::optional<SentencePiece>>;

// Error{usage} when two are the same or an id is beyond the vocabulary.
PlacedPieces place_reserved(const ReservedPieces& reserved, std::size_t vocab_size);

}  // namespace quern
