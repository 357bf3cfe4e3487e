// Goes on training a tokenizer: new tokens behind the old ones, whose ids stay.
//
//   auto trainer = make_extender(definition, {.add = 4000}, resources);
//   TokenizerDefinition larger = trainer->learn(pieces, progress);
//
// Pieces are cut as the tokenizer cuts text, encoded with the tokens it has, and joined from there: by the counts of pairs, as
// in BPE training (bpe/merge_learner.h). Where it works on characters, those of the text that it lacks come first. New
// merges come after all old ones, so BPE encodes any text as before and then joins on; WordPiece looks for the longest
// token, so there a new token may also take the place of old ones it was not built from.
//
// A tokenizer without pre-tokenizers learns within words, as SentencePiece's rules cut them (piece_rules.h). Error{unsupported} for
// Unigram, where a new piece changes what every other is worth, and for WordLevel.
#pragma once

#include <cstdint>
#include <memory>

#include "tokenizers/bpe/merge_rounds.h"
#include "tokenizers/trainers/alphabet.h"
#include "tokenizers/trainers/trainer.h"

namespace quern {

struct ExtendSettings {
  std::size_t add = 0;               // tokens at most
  std::uint64_t min_frequency = 2;   // a pair rarer than this is not joined
  std::size_t max_token_length = 0;  // in characters (bytes, of a byte-level tokenizer), strict; 0: no limit
  // Which new characters to take. Error{usage} from learn() when they are more than `add`.
  double coverage = 1;
};

std::unique_ptr<Trainer> make_extender(TokenizerDefinition from, const ExtendSettings& settings, const bpe::LearnResources& resources);

}  // namespace quern
