// Learns the pieces of SentencePiece's BPE models from counted texts, by the rules of sentencepiece 0.2.3.
//
//   const std::vector<std::string> pieces = learn_sentencepiece_bpe(corpus.sentences(), rules, {.most = 30000}, progress);
//
// Again and again the best pair of neighbours (sentencepiece_pair_queue.h) becomes a piece and is joined in all texts, from left to
// right. Counts are of the pairs as they stand, overlaps included. A pair is one of two symbols, not of two texts: one that spells
// a piece that is there already is dropped, and what it joins stays apart. Only what the rules allow is a pair. When none is left
// that occurs, those that once did follow, in the same order: SentencePiece fills vocabularies with them.
//
// How it works. Texts lie in cells (bpe/word_cells.h), and each symbol's first cell names the pair it begins, so that joining
// finds the pairs that lose without a search; those that win hold the newest symbol, and an array by its neighbour finds them. Each
// pair lists its positions; a position that no longer holds the pair is skipped when met. Memory: 8 bytes a cell, 4 a listed
// position, 56 a pair that ever was.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tokenizers/trainers/piece_rules.h"
#include "tokenizers/trainers/unigram_segmenter.h"

namespace quern {

struct SentencePieceBpePieces {
  std::vector<std::string> texts;  // best first
  std::uint64_t last_count = 0;    // of the last one: how thin the evidence was
};

// No more than `most`; fewer where the texts have no more. progress(pieces, most) now and then; it may throw to stop.
SentencePieceBpePieces learn_sentencepiece_bpe(const std::vector<CountedText>& texts, const PieceRules& rules, std::size_t most,
                                               const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace quern
