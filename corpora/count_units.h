// The units that a corpus is counted in: words or characters of its records.
//
//   ExternalCounts counts({.workers = threads, .memory = budget});
//   count_words(block, worker, counts);
//
// A word is a longest run of bytes without white space (Unicode's White_Space). A character is a code point; a byte that is
// not part of one (kept by OnInvalid::keep) counts by itself. Any thread, each with its own worker number.
#pragma once

#include "core/io/external_counts.h"
#include "corpora/text_blocks.h"

namespace quern {

void count_words(const TextBlock& block, int worker, ExternalCounts& counts);
void count_characters(const TextBlock& block, int worker, ExternalCounts& counts);

}  // namespace quern
