// What `corpus count` and `tokenizer train` count, and how the count run says so. Joins the counting of corpora/ with the
// cutting of tokenizers/.
#pragma once

#include <optional>
#include <string>

#include "corpora/corpus_counter.h"
#include "tokenizers/trainers/piece_cutter.h"

namespace quern::cli {

enum class CountUnit { word, character, pretoken };

// The fingerprint of a count run (corpora/count_run.h). `cutter` is null unless the unit is pretoken.
std::string count_fingerprint(CountUnit unit, const PieceCutter* cutter, OnInvalid on_invalid, bool keep_newlines);

// Counts the pieces of every record; the cutter outlives the result. keep_newlines: a record's terminator belongs to it.
CorpusCounter::CountBlock count_pieces(const PieceCutter& cutter, int threads, bool keep_newlines);

// The pattern that --pre-tokenizer names: one of SplitPattern's, regex:PATTERN, or none. Error{usage} for another name.
std::optional<SplitPattern> split_pattern(const std::string& name);

}  // namespace quern::cli
