// From text or counts to a tokenizer file, whatever the trainer: what `tokenizer train` and `tokenizer extend` share.
//
//   declare_training_job(options, job);                    // inputs, output, counts, --resume, threads, memory
//   check(job);                                            // before long work
//   const double seconds = run_training(job, *trainer, context);
//   report_training(job, trainer->report(), …);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/shared_options.h"
#include "tokenizers/trainers/trainer.h"

namespace quern::cli {

struct TrainingJob {
  Inputs inputs;
  OutputTarget output;
  std::vector<std::string> from_counts;
  std::string save_counts;
  bool resume = false;
  bool keep_newlines = false;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
  std::string tmpdir;
  bool json = false;
};

void declare_training_job(Options& options, TrainingJob& job);

// Error{usage} when options contradict each other or the output cannot be written.
void check(const TrainingJob& job);

// The tokenizer in the form that the output's name asks for; what differs there is a notice.
void write_tokenizer(const TrainingJob& job, const TokenizerDefinition& learned, const Context& context);

// Counts, learns, writes; the seconds it took. What was counted is saved when a signal stops it.
double run_training(const TrainingJob& job, Trainer& trainer, const Context& context);

// One line on standard error, or an object on standard output; `missing` says why the vocabulary is smaller than asked for.
void report_training(const TrainingJob& job, const TrainingReport& report, const std::string& missing, double seconds, const Context& context);

}  // namespace quern::cli
