// Learning WordPiece by likelihood: which pair to join next is told by how much more often its parts stand together than they
// would by chance,
//
//   score(a, b) = count(ab) / (count(a) · count(b))
//
// so that joining it raises the likelihood of the words under a unigram model of their symbols the most for its count (Schuster and
// Nakajima 2012, §3; written so in the Hugging Face course, whose library joins by frequency). Rare symbols that always stand
// together score highest: a min_count keeps accidents out.
//
//   const auto merges = wordpiece::learn_by_likelihood(source, vocabulary, {.max_tokens = 30000, .min_count = 5}, budget);
//
// Among equals the smaller (left id, right id) wins. Counts are of words as they stand, joins go from left to right, tokens
// get ids and names as in bpe/merge_learner.h. All words are in memory: about 64 bytes a symbol; more than the budget is
// Error{memory}. One thread; the result is a function of the multiset of words.
#pragma once

#include "tokenizers/bpe/merge_learner.h"

namespace quern::wordpiece {

std::vector<bpe::LearnedMerge> learn_by_likelihood(const bpe::MergeLearner::WordSource& source, std::vector<std::string>& vocabulary,
                                                   const bpe::LearnOptions& options, std::uint64_t memory_budget,
                                                   const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace quern::wordpiece
