// Options that several commands have, declared once each: a command opts in and cannot re-spell them.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "core/io/output.h"
#include "corpora/text_blocks.h"

namespace quern::cli {

// FILE…, -0, --jsonl, --tsv, --on-invalid, --on-bad-record. More than one of -0, --jsonl and --tsv is Error{usage}.
struct Inputs {
  std::vector<std::string> files;  // empty or "-": standard input
  RecordFormat format;             // corpora/record_format.h
};

// -o/--output, --force.
struct OutputTarget {
  std::string path = "-";
  bool force = false;
  bool is_standard() const { return path.empty() || path == "-"; }
  Output open() const;
  // Raw bytes to a terminal would garble it: Error{usage} unless --force.
  Output open_binary() const;
};

namespace shared {
void inputs(Options& options, Inputs& inputs);
void output(Options& options, OutputTarget& output);
void threads(Options& options, std::int64_t& threads);  // 0 = all
void memory(Options& options, std::uint64_t& bytes);    // 0 in, the effective budget out of memory_budget()
void tmpdir(Options& options, std::string& directory);  // empty: $TMPDIR, else /tmp
void seed(Options& options, std::int64_t& seed);
void json(Options& options, bool& json);
void dry_run(Options& options, bool& dry_run);
void color(Options& options, ColorMode& color);
}  // namespace shared

int effective_threads(std::int64_t threads);              // 0 → available_threads()
std::uint64_t memory_budget(std::uint64_t bytes);         // 0 → default_memory_budget()

// The longest record that --memory has room for: as it is read, as it is extracted, as its result, and once more.
std::uint64_t longest_record(std::uint64_t memory);

// Thrown by require_input; main answers with the command's usage on stderr and exit 2.
class ShowUsage : public std::exception {};
// Standard input on a terminal with nothing to read: throws ShowUsage. Called by run() where files are needed.
void require_input(const Inputs& inputs);

// Records that were replaced, skipped or refused, as one warning each with the first place.
void report_damage(const Context& context, const RecordDamage& damage);

}  // namespace quern::cli
