// What `corpus count` and `tokenizer train` count, and how the count run says so. Joins the counting of corpora/ with the
// cutting of tokenizers/.
#pragma once

#include <string>

#include "cli/context.h"
#include "corpora/corpus_counter.h"
#include "corpora/count_run.h"
#include "tokenizers/trainers/piece_cutter.h"

namespace quern::cli {

enum class CountUnit { word, character, pretoken };

// The fingerprint of a count run (corpora/count_run.h). `cutter` is null unless the unit is pretoken.
std::string count_fingerprint(CountUnit unit, const PieceCutter* cutter, OnInvalid on_invalid, bool keep_newlines);

// Counts the pieces of every record; the cutter outlives the result. keep_newlines: a record's terminator belongs to it.
CorpusCounter::CountBlock count_pieces(const PieceCutter& cutter, int threads, bool keep_newlines);

// Error{usage} unless the run holds pieces that were cut as this cutter does.
void require_pieces_of(const PieceCutter& cutter, const CountFile& run);

// The part of CountJob::settings that the options of records make.
std::vector<std::pair<std::string, std::string>> record_settings(const RecordFormat& format);

RecordDamage run_with_progress(CorpusCounter& counter, const Context& context);

}  // namespace quern::cli
