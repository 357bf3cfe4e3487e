// Learning BPE merges from more words than fit into memory: the merges, ids and counts of MergeLearner, in rounds.
//
//   auto words = std::make_unique<WordStore>(tmpdir); …
//   const auto merges = learn_in_rounds(std::move(words), vocabulary, options, {.threads = 8, .memory = budget}, progress);
//
// A round finds all merges whose count is at least a threshold, below the threshold of the round before. What makes that possible
// in memory: a place between two neighbours whose pair is rarer than the threshold stays a place between tokens for the whole
// round, because whatever pair is made there later is a part of the occurrences of that one, so rarer still. Such cold
// places cut the words into segments, and the rest is short and repeats itself: the frequent pairs of natural text are
// few. So each round
//
//   1. adds up the pairs of all words (hot_pairs.h: never too low),
//   2. cuts the words at cold places and counts the distinct segments of two tokens or more; when memory runs out the
//      threshold is raised and the segments at hand are cut again, which is the same as having begun with it,
//   3. learns from the segments with MergeLearner, which finds the merges down to the threshold,
//   4. applies them to the words on disk, which shrink.
//
// Nothing is dropped that could change the result, and nothing depends on the thresholds, so the bytes are those of learning
// in memory. Steps 1, 2 and 4 are passes over the words by all threads. Disk: the words once, at first a little more than
// a byte a symbol. A budget too small even for the segments of the most frequent pairs is Error{memory}.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tokenizers/bpe/merge_learner.h"
#include "tokenizers/bpe/word_store.h"

namespace quern::bpe {

struct LearnResources {
  int threads = 1;
  std::uint64_t memory = std::uint64_t{1} << 30;
  std::string tmpdir = {};
  std::uint64_t most_cells = 0;  // of segments in one round; 0: what memory has room for. For tests.
};

std::vector<LearnedMerge> learn_in_rounds(std::unique_ptr<WordStore> words, std::vector<std::string>& vocabulary, const LearnOptions& options,
                                          const LearnResources& resources, const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

// Whether MergeLearner can learn from words of so many symbols, which themselves take up so much memory until it has them.
bool fits_into_memory(std::uint64_t symbols, std::uint64_t words_memory, const LearnResources& resources);

// MergeLearner where `symbols` (of all words, or a little more) fit into memory, else rounds, for which the words are asked for once. `release` is
// called when they are not needed any more, so that their memory can be used.
std::vector<LearnedMerge> learn_merges(const MergeLearner::WordSource& source, std::uint64_t symbols, std::vector<std::string>& vocabulary,
                                       const LearnOptions& options, const LearnResources& resources, const std::function<void()>& release = {},
                                       const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace quern::bpe
