// Trains a byte-level BPE tokenizer: learns merges from counted pieces (bytes), assembles the definition.
//
//   auto trainer = make_bpe_trainer({.vocab_size = 32000}, {.threads = 8, .memory = budget});
//   TokenizerDefinition definition = trainer->learn(pieces, progress);
//
// Ids as in Hugging Face: specials in the order given, then the alphabet by code point, then the merges' results.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tokenizers/bpe/merge_rounds.h"
#include "tokenizers/trainers/trainer.h"

namespace quern {

struct BpeTrainerSettings {
  std::size_t vocab_size = 30000;       // specials and alphabet included
  std::uint64_t min_frequency = 2;      // a pair rarer than this is not joined
  std::size_t max_token_length = 0;     // in bytes, strict; 0: no limit (merge_learner.h)
  bool whole_alphabet = true;           // all 256 bytes get an id, so that any text can be encoded; else only those seen
  std::vector<std::string> specials = {};
  std::optional<SplitPattern> pattern = std::nullopt;  // none: a text is one piece
  bool add_prefix_space = false;  // as in Hugging Face: to the text before gpt2 or no split, to each piece of any other
};

// Within the memory given, whatever the pieces: those that are too many are learned from in rounds (bpe/merge_rounds.h).
std::unique_ptr<Trainer> make_bpe_trainer(const BpeTrainerSettings& settings, const bpe::LearnResources& resources);

}  // namespace quern
