// Training, whatever the model: pieces of text with their counts in, a tokenizer definition out.
//
//   const auto trainer = make_bpe_trainer(settings, resources);
//   PieceCounts pieces({.workers = threads, .memory = budget});          // piece_counts.h
//   trainer->cutter().cut(text, scratch, [&](std::string_view piece, std::size_t readable) { pieces.add(worker, piece, readable); });
//   TokenizerDefinition definition = trainer->learn(pieces, progress);
//
// A trainer that works on whole texts (SentencePiece's) has a cutter without parts, and its pieces are distinct texts with how often
// they came. Pieces may as well come from count runs (corpora/count_run.h) that were cut in the same way. The result is a function of
// the pieces and their counts; threads and memory do not show in it.
#pragma once

#include <cstdint>
#include <functional>

#include "tokenizers/definition.h"
#include "tokenizers/trainers/piece_counts.h"
#include "tokenizers/trainers/piece_cutter.h"

namespace quern {

struct TrainingReport {
  std::uint64_t pieces = 0;  // pieces counted
  std::uint64_t distinct_pieces = 0;
  std::uint64_t skipped = 0;     // of them, not learned from (SentencePieceTrainingSettings::max_sentence_length)
  std::vector<std::string> left_out;  // characters of the text that are no tokens
  std::size_t vocabulary = 0;
  std::size_t added = 0;         // to a tokenizer that was there before (extender.h)
  std::size_t merges = 0;
  std::uint64_t last_count = 0;  // of the last merge: how thin the evidence was
};

class Trainer {
 public:
  virtual ~Trainer() = default;
  virtual const PieceCutter& cutter() const = 0;
  // Takes what memory the pieces hold. progress(done, total) now and then; it may throw to stop.
  virtual TokenizerDefinition learn(PieceCounts& pieces, const std::function<void(std::uint64_t, std::uint64_t)>& progress) = 0;
  virtual const TrainingReport& report() const = 0;
};

}  // namespace quern
