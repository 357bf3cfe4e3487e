// Trains SentencePiece models: Unigram, BPE, words or characters, by the rules of sentencepiece 0.2.3.
//
//   auto trainer = make_sentencepiece_trainer(SentencePieceModel::Algorithm::bpe, {.vocab_size = 32000}, threads, memory_budget);
//   TokenizerDefinition definition = trainer->learn(texts, progress);       // a SentencePieceModel
//
// Its pieces are whole texts (trainer.h). The result does not depend on threads, nor on the order of the texts.
//
// The pieces and scores of BPE, words and characters are those of sentencepiece 0.2.3; Unigram's are those it gets with one thread,
// bit for bit, where texts begin with a dummy prefix and `last_text` is given; without them, a few pieces in a thousand differ.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tokenizers/trainers/piece_rules.h"
#include "tokenizers/trainers/reserved_pieces.h"
#include "tokenizers/trainers/trainer.h"

namespace quern {

struct SentencePieceTrainingSettings {
  std::size_t vocab_size = 8000;  // reserved pieces and characters included
  bool hard_vocab_limit = true;   // false: fewer pieces than asked for will do
  bool use_all_vocab = false;     // words and characters: all that the text has, whatever vocab_size
  PieceRules rules = {};          // Unigram, BPE
  SentencePieceNormalizer normalizer = {};
  std::size_t max_sentence_length = 4192;  // bytes; longer texts are left out
  float character_coverage = 0.9995f;      // characters beyond that share of the text are unknown
  std::string required_characters = {};    // these are not
  ReservedPieces reserved = {};
  // SentencePiece counts what its last text ends with twice for Unigram; given that text, so does this.
  std::string last_text = {};
  // Unigram alone.
  std::size_t seed_size = 1'000'000;
  float shrinking_factor = 0.75f;
  int sub_iterations = 2;
};

// Error{usage} for settings that contradict each other.
std::unique_ptr<Trainer> make_sentencepiece_trainer(SentencePieceModel::Algorithm algorithm,
                                                    const SentencePieceTrainingSettings& settings, int threads,
                                                    std::uint64_t memory_budget);

}  // namespace quern
