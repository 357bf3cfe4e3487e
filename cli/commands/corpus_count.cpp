// Text in, sorted counts of its words, characters or pieces out: the map half of a map/reduce job.
#include <sys/stat.h>

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "cli/commands/registry.h"
#include "cli/count_units.h"
#include "cli/shared_options.h"
#include "cli/training_recipe.h"
#include "core/stop.h"
#include "corpora/count_run.h"
#include "corpora/count_units.h"
#include "tokenizers/tokenizer.h"

namespace quern::cli {
namespace {

struct Config {
  CountUnit unit = CountUnit::word;
  std::string tokenizer;
  TrainingRecipe recipe;
  bool text = false;
  std::string shard = "1/1";
  bool resume = false;
  double save_every = 60;
  Inputs inputs;
  OutputTarget output;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
  std::string tmpdir;
};

void declare(Options& options, Config& config) {
  options
      .choice("unit", config.unit,
              {{"word", CountUnit::word}, {"char", CountUnit::character}, {"pretoken", CountUnit::pretoken}})
      .help("what to count")
      .details("word: stretches without white space. char: code points. pretoken: the pieces that a tokenizer cuts text "
               "into before its model sees them, from -t or --pre-tokenizer.");
  options.value('t', "tokenizer", config.tokenizer, "TOK")
      .path()
      .help("cut as this tokenizer does")
      .details("Its normalizers and pre-tokenizers are used; its added tokens are text like any other.");
  declare_cutting(options, config.recipe);
  options.flag("text", config.text)
      .help("write lines of unit, tab and count")
      .details("In a unit, backslash, TAB, LF and CR are written \\\\ \\t \\n \\r, other control characters and bytes that are not UTF-8 "
               "\\xHH. corpus merge and tokenizer train read it back.");
  options.value("shard", config.shard, "i/n")
      .help("only the i-th of n parts of each file")
      .details("A part holds the records that begin in its share of the bytes. The files must not be compressed.");
  options.flag("resume", config.resume)
      .help("go on with a count that was stopped")
      .details("With -o FILE, what was counted is saved in FILE.partial from time to time, and at SIGINT and SIGTERM. A resumed "
               "count needs the same options and inputs, and ends with the same bytes.");
  options.value("save-every", config.save_every, "SECONDS").at_least(0).help("how often to save what was counted");
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
  shared::tmpdir(options, config.tmpdir);
}

// Where pieces come from, if they are what is counted.
std::optional<PieceCutter> make_cutter(const Config& config) {
  const bool has_tokenizer = !config.tokenizer.empty(), has_recipe = says_how_to_cut(config.recipe);
  if (config.unit != CountUnit::pretoken) {
    if (has_tokenizer || has_recipe) {
      throw Error(ErrorCode::usage, std::string(has_tokenizer ? "-t is" : "options on how to cut are") + " for --unit pretoken").remedy("add --unit pretoken");
    }
    return std::nullopt;
  }
  if (has_tokenizer == has_recipe) {
    throw Error(ErrorCode::usage, has_tokenizer ? "-t says how to cut, and so do other options" : "which pieces? --unit pretoken needs to know how to cut")
        .remedy("name a tokenizer with -t, or give the options of the training to come: --preset, --model, --pre-tokenizer");
  }
  if (has_recipe) return cutter_of(complete(config.recipe));
  const Tokenizer tokenizer = Tokenizer::load(config.tokenizer);
  return PieceCutter(tokenizer.definition().normalizers, tokenizer.definition().pre_tokenizers);
}

// What is saved stands beside a file; a pipe or a device has no beside.
std::string save_folder(const OutputTarget& output) {
  struct stat status {};
  if (output.is_standard() || (::stat(output.path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))) return {};
  return output.path + ".partial";
}

CountJob make_job(const Config& config, const std::string& fingerprint) {
  return {.files = config.inputs.files,
          .format = config.inputs.format,
          .blocks = {.record_limit = longest_record(config.memory), .shard = parse_shard(config.shard)},
          .threads = effective_threads(config.threads),
          .memory = memory_budget(config.memory),
          .tmpdir = config.tmpdir,
          .fingerprint = fingerprint,
          .save_folder = save_folder(config.output),
          .resume = config.resume,
          .save_every = std::chrono::milliseconds(static_cast<std::int64_t>(config.save_every * 1000)),
          .settings = record_settings(config.inputs.format)};
}

struct Written {
  std::uint64_t distinct = 0, total = 0;
};

Written write(CorpusCounter& counter, const Config& config, const std::string& fingerprint) {
  Written written;
  OutputTarget target = config.output;
  target.force = target.force || counter.result_was_announced();
  if (!config.text) {
    Output out = target.open_binary();
    CountRunWriter writer(out, fingerprint);
    counter.for_each([&](std::string_view unit, std::uint64_t count) { writer.add(unit, count); });
    writer.finish();
    counter.announce_result();
    out.commit();
    return {writer.distinct(), writer.total()};
  }
  Output out = target.open();
  std::string line;
  counter.for_each([&](std::string_view unit, std::uint64_t count) {
    line.clear();
    append_count_line(line, unit, count);
    out.write(line);
    ++written.distinct;
    written.total += count;
  });
  counter.announce_result();
  out.commit();
  return written;
}

void run(const Config& config, Context& context) {
  const std::optional<PieceCutter> cutter = make_cutter(config);
  require_input(config.inputs);
  const auto start = std::chrono::steady_clock::now();
  const std::string fingerprint = count_fingerprint(config.unit, cutter ? &*cutter : nullptr, config.inputs.format.on_invalid, config.recipe.keep_newlines);
  const CountJob job = make_job(config, fingerprint);
  if (job.save_folder.empty()) {
    if (config.resume) throw Error(ErrorCode::usage, "--resume needs an output file, beside which a count is saved").remedy("name it with -o");
    if (!config.text) (void)config.output.open_binary();  // a terminal is refused now, not in the end
  } else {
    if (config.output.force && !config.resume) remove_saved_counts(job.save_folder);
    Stop::install();
  }

  const CorpusCounter::CountBlock count_block = config.unit == CountUnit::word        ? count_words
                                                : config.unit == CountUnit::character ? count_characters
                                                                                      : count_pieces(*cutter, job.threads, config.recipe.keep_newlines);
  CorpusCounter counter(job, count_block);
  // An existing file and a folder that cannot be written to are refused now, not in the end.
  if (!job.save_folder.empty() && !counter.result_was_announced()) (void)config.output.open();
  if (config.resume && !counter.resumed()) context.notice(job.save_folder + ": nothing is saved here, counting from the beginning");
  report_damage(context, run_with_progress(counter, context));
  const Written written = write(counter, config, fingerprint);
  counter.remove_saved();
  if (config.output.is_standard()) return;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const char* const units[] = {"words", "characters", "pieces"};
  context.notice(fmt::format("{}: {} {}, {} of them distinct, in {:.1f} s", config.output.path, written.total, units[static_cast<int>(config.unit)],
                             written.distinct, seconds.count()));
}

}  // namespace

const Command corpus_count = make_command<Config>(
    {
        .name = "corpus count",
        .group = Group::corpora,
        .summary = "count the words, characters or pieces of a corpus",
        .description =
            "Writes each distinct unit with the number of its occurrences, sorted by its bytes. Counts of parts of a corpus "
            "(files, shards, machines) are put together by corpus merge, and the result is byte for byte the one of the whole; "
            "tokenizer train learns from it. It does not depend on the number of threads or on --memory: what has no room "
            "there is sorted on disk.\n\n"
            "A count run says what made it, so that counts of different kinds are not mixed up; text does not.",
        .examples = {{"quern corpus count --text corpus.txt | sort -nrk2 | head -3", "the most frequent words"},
                     {"quern corpus count --unit pretoken -t mill.json -o c.run corpus.txt", "pieces, as this tokenizer cuts them"},
                     {"quern corpus count --shard 2/3 -o 2.run corpus.txt", "the part of the second of three machines"}},
        .see_also = {"corpus merge", "tokenizer train", "corpus stats"},
    },
    declare, run);

}  // namespace quern::cli
