// Counts of parts of a corpus in, the counts of the whole out: the reduce half of a map/reduce job.
#include <fmt/format.h>

#include <optional>

#include "cli/commands/registry.h"
#include "cli/shared_options.h"
#include "core/io/external_counts.h"
#include "corpora/count_run.h"

namespace quern::cli {
namespace {

constexpr const char* kFromText = R"({"unit":"unknown"})";  // what text says of how it was made

struct Config {
  std::vector<std::string> files;
  bool text = false;
  OutputTarget output;
  std::uint64_t memory = 0;
  std::string tmpdir;
};

void declare(Options& options, Config& config) {
  options.operands("RUN", config.files)
      .path()
      .help("counts, as runs or as text; none or -: stdin")
      .details("Runs are those of corpus count; text has lines of unit, tab and count, in any order, also compressed.");
  options.flag("text", config.text).help("write lines of unit, tab and count").details("As corpus count --text does.");
  shared::output(options, config.output);
  shared::memory(options, config.memory);
  shared::tmpdir(options, config.tmpdir);
}

void run(const Config& config, Context&) {
  std::vector<std::string> files = config.files;
  if (files.empty()) {
    require_input({.files = {}, .format = {}});
    files.push_back("-");
  }
  ExternalCounts counts({.workers = 1, .memory = memory_budget(config.memory), .tmpdir = config.tmpdir});
  std::vector<std::unique_ptr<CountSource>> runs;
  std::optional<std::string> fingerprint;
  std::string first;
  for (const std::string& path : files) {
    CountFile file(path);
    const std::string made_by = file.is_text() ? kFromText : file.fingerprint();
    if (!fingerprint) fingerprint = made_by, first = file.path();
    require_same_fingerprint(*fingerprint, first, made_by, file.path());
    if (file.is_text()) {
      file.read_text([&](std::string_view unit, std::uint64_t count) { counts.add(0, unit, 0, count); });
    } else {
      runs.push_back(file.entries());
    }
  }

  const auto all = counts.sorted(std::move(runs));
  Output out = config.text ? config.output.open() : config.output.open_binary();
  if (config.text) {
    for (std::string line; all->next(); out.write(line)) {
      line.clear();
      append_count_line(line, all->key(), all->count());
    }
  } else {
    CountRunWriter writer(out, *fingerprint);
    while (all->next()) writer.add(all->key(), all->count());
    writer.finish();
  }
  out.commit();
}

}  // namespace

const Command corpus_merge = make_command<Config>(
    {
        .name = "corpus merge",
        .group = Group::corpora,
        .summary = "add up the counts of parts of a corpus",
        .description =
            "Merges count runs, or their text form, into one. Sums do not depend on order or grouping, so parts may be merged in any "
            "tree, and the result is the bytes that counting the whole corpus at once gives. Runs that were counted with "
            "different options are refused. A sum that does not fit 64 bits is an error.",
        .examples = {{"quern corpus count corpus.txt | quern corpus merge --text | wc -l", "a run as text: one line a word"},
                     {"awk '{print $1 \"\\t1\"}' corpus.txt | quern corpus merge -o words.run", "counts that other tools made"}},
        .see_also = {"corpus count", "tokenizer train"},
    },
    declare, run);

}  // namespace quern::cli
