// What BERT's normalizer makes of each character, all its parts in one table.
//
//   const CharacterMap& map = bert_characters({.lowercase = true});
//   map.normalize("Caf\u00E9 \u4E2D", out);           // "cafe  \u4E2D "
//
// An encoder that looks at each character anyway asks map.action(c). Characters that a neighbour may trade places with
// (marks that the accent stripping keeps, as in Javanese) are refused; normalize_bert knows them too.
#pragma once

#include <string>
#include <string_view>

#include "tokenizers/definition/normalizers.h"
#include "tokenizers/normalizers/character_map.h"

namespace quern::normalizers {

const CharacterMap& bert_characters(const BertNormalizer& options);  // built when first asked for, and kept

void normalize_bert(const BertNormalizer& options, std::string_view text, std::string& out);
void normalize_bert(const BertNormalizer& options, NormalizedText& text);

}  // namespace quern::normalizers
