// The command objects, one file each beside this one. commands() in cli/command.h lists them.
#pragma once

#include "cli/command.h"

namespace quern::cli {

extern const Command completions;
extern const Command corpus_cat;
extern const Command corpus_count;
extern const Command corpus_merge;
extern const Command corpus_stats;
extern const Command decode;
extern const Command doctor;
extern const Command encode;
extern const Command help;
extern const Command tokenizer_convert;
extern const Command tokenizer_diff;
extern const Command tokenizer_eval;
extern const Command tokenizer_extend;
extern const Command tokenizer_info;
extern const Command tokenizer_train;

}  // namespace quern::cli
