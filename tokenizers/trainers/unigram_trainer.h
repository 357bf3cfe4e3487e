// Trains SentencePiece's Unigram models.
//
//   auto trainer = make_unigram_trainer({.vocab_size = 8000}, threads, memory_budget);
//   TokenizerDefinition definition = trainer->learn(texts, progress);       // a SentencePieceModel
//
// The pieces and the scores are those of sentencepiece 0.2.3 with one thread, bit for bit, where texts begin with a dummy prefix
// and `last_text` is given; without them, a few pieces in a thousand differ. The parts: sentencepiece_corpus.h (what is counted),
// unigram_seeds.h (candidates), unigram_learner.h (EM and pruning).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tokenizers/trainers/piece_rules.h"
#include "tokenizers/trainers/sentencepiece_corpus.h"
#include "tokenizers/trainers/trainer.h"

namespace quern {

// Pieces that are there from the start, as in SentencePiece: ids of the four (none: there is no such piece), then the control
// symbols, the user's and the bytes at the lowest free ids.
struct ReservedPieces {
  std::optional<TokenId> unk_id = 0, bos_id = 1, eos_id = 2, pad_id = std::nullopt;
  std::string unk_piece = "<unk>", bos_piece = "<s>", eos_piece = "</s>", pad_piece = "<pad>";
  std::vector<std::string> control_symbols, user_defined_symbols;
  bool byte_fallback = false;
};
// By id; ids between them are for learned pieces. Error{usage} when two are the same or an id is beyond the vocabulary.
std::vector<std::optional<SentencePiece>> place_reserved(const ReservedPieces& reserved, std::size_t vocab_size);

struct UnigramTrainerSettings {
  std::size_t vocab_size = 8000;
  bool hard_vocab_limit = true;      // false: fewer pieces than asked for will do
  std::size_t seed_size = 1'000'000;
  float shrinking_factor = 0.75f;
  int sub_iterations = 2;
  PieceRules rules;
  SentencePieceNormalizer normalizer;
  std::size_t max_sentence_length = 4192;
  float character_coverage = 0.9995f;
  std::string required_characters;
  // SentencePiece counts what its last text ends with twice; given that text, so does this.
  std::string last_text;
  ReservedPieces reserved;
};

// Its pieces are whole texts. Error{usage} for settings that contradict each other.
std::unique_ptr<Trainer> make_unigram_trainer(const UnigramTrainerSettings& settings, int threads, std::uint64_t memory_budget);

}  // namespace quern
