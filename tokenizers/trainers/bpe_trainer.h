// Trains BPE by the rules of Hugging Face, on bytes or characters, and WordPiece as Hugging Face does: by BPE with "##".
//
//   auto trainer = make_bpe_trainer(byte_level_tokenizer(SplitPattern::named("gpt2")), {.vocab_size = 32000}, {.threads = 8, .memory = budget});
//   TokenizerDefinition definition = trainer->learn(pieces, progress);
//
// Training starts from the tokenizer to be, which lacks its vocabulary only. Its added tokens have the first ids, from 0; then come
// the bytes <0x00> … where the model falls back to bytes, the alphabet (alphabet.h), and what the merges build.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "tokenizers/bpe/merge_rounds.h"
#include "tokenizers/trainers/alphabet.h"
#include "tokenizers/trainers/trainer.h"

namespace quern {

struct BpeTrainerSettings {
  std::size_t vocab_size = 30000;    // all included
  std::uint64_t min_frequency = 2;   // a pair rarer than this is not joined
  std::size_t max_token_length = 0;  // in symbols, strict; 0: no limit (merge_learner.h)
  // Which pair is joined next: the most frequent, or the one that is more frequent than its parts would let expect
  // (wordpiece/likelihood_learner.h), for which all words must fit into memory.
  enum class Score { frequency, likelihood } score = Score::frequency;
  // Prefix and suffix are the model's. For bytes, initial = all of them makes any text encodable.
  AlphabetSettings alphabet = {};
};

// `blank` has a BpeModel or a WordPieceModel. Within the memory given, whatever the pieces: those that are too many are learned from in
// rounds (bpe/merge_rounds.h). Error{usage} from learn() when the vocabulary cannot hold the alphabet.
std::unique_ptr<Trainer> make_bpe_trainer(TokenizerDefinition blank, const BpeTrainerSettings& settings, const bpe::LearnResources& resources);

// A byte-level BPE tokenizer without a vocabulary. Without a pattern a text is one piece. add_prefix_space as in Hugging Face: to the text
// before gpt2 or no split, to each piece of any other.
TokenizerDefinition byte_level_tokenizer(const std::optional<SplitPattern>& pattern, bool add_prefix_space = false);
// The characters that spell all bytes, for AlphabetSettings::initial.
std::u32string all_bytes();

}  // namespace quern
