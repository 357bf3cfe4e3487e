// Text or counts in, a tokenizer out, within --memory whatever the size of either.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "cli/commands/registry.h"
#include "cli/count_units.h"
#include "cli/shared_options.h"
#include "cli/training_recipe.h"
#include "core/stop.h"
#include "corpora/corpus_counter.h"
#include "corpora/count_run.h"
#include "tokenizers/formats/conversion.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::cli {
namespace {

constexpr std::string_view kRegex = "regex:";

struct Config {
  TrainingRecipe recipe;
  Inputs inputs;
  OutputTarget output;
  std::vector<std::string> from_counts;
  std::string save_counts;
  bool resume = false;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
  std::string tmpdir;
  bool json = false;
};

void declare(Options& options, Config& config) {
  declare_cutting(options, config.recipe);
  declare_learning(options, config.recipe);
  options.value("from-counts", config.from_counts, "RUN")
      .path()
      .help("learn from counts instead of text; repeat it")
      .details("Runs of corpus count --unit pretoken that were cut as --pre-tokenizer says, or text with lines of piece, tab and count, "
               "which is taken as it is.");
  options.value("save-counts", config.save_counts, "RUN")
      .path()
      .default_text("")
      .help("also write the counts of all pieces")
      .details("What corpus count --unit pretoken would write; --from-counts reads it.");
  options.flag("resume", config.resume)
      .help("go on with a count that was stopped")
      .details("What was counted is saved in OUTPUT.partial once a minute, and at SIGINT and SIGTERM; learning itself starts again.");
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
  shared::tmpdir(options, config.tmpdir);
  shared::json(options, config.json);
}

// As a shell takes it.
std::string quoted_pattern(const std::string& pre_tokenizer) {
  if (!pre_tokenizer.starts_with(kRegex)) return pre_tokenizer;
  std::string quoted = "'";
  for (const char c : pre_tokenizer.substr(kRegex.size())) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// Characters that the tokenizer will not know, the first of them by name.
std::string left_out_text(const std::vector<std::string>& characters) {
  constexpr std::size_t kShown = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(characters.size(), kShown); ++i) names += " " + formats::in_quotes(characters[i]);
  return fmt::format("{} characters are left out of the vocabulary:{}{}", characters.size(), names, characters.size() > kShown ? " …" : "");
}

void report(const Config& config, const Context& context, const TrainingReport& report, double seconds) {
  const TrainingRecipe& recipe = config.recipe;
  if (config.json) {
    Output out = Output::to_stdout();
    out.write(fmt::format("{{\"schema\":1,\"vocabulary\":{},\"merges\":{},\"pieces\":{},\"distinct_pieces\":{},"
                          "\"last_count\":{},\"left_out\":{},\"skipped\":{},\"seconds\":{:.3f}}}\n",
                          report.vocabulary, report.merges, report.pieces, report.distinct_pieces, report.last_count, report.left_out.size(),
                          report.skipped, seconds));
    out.commit();
    return;
  }
  std::string line = fmt::format("{}: {} tokens from {} pieces, {} of them distinct, in {:.1f} s", config.output.path,
                                 report.vocabulary, report.pieces, report.distinct_pieces, seconds);
  if (report.merges != 0) line += fmt::format("; the last of {} merges was seen {} times", report.merges, report.last_count);
  if (report.vocabulary < static_cast<std::size_t>(recipe.vocab_size)) {
    line += fmt::format("; {} were asked for, but ", recipe.vocab_size);
    line += report.merges != 0 || recipe.rules == Rules::bytes ? fmt::format("no pair was left that is seen {} times", std::max<std::int64_t>(recipe.min_frequency, 1))
                                                               : "the text has no more";
  }
  context.notice(line);
  if (!report.left_out.empty()) context.notice(left_out_text(report.left_out));
  if (report.skipped != 0) {
    context.notice(fmt::format("{} records are left out: they are longer than --max-sentence-length {} bytes, or hold U+2585", report.skipped, recipe.max_sentence_length));
  }
  if (config.output.path.ends_with(".tiktoken") && recipe.pre_tokenizer != "none")
    context.notice("a .tiktoken file does not say where text is split: use it with --pattern " + quoted_pattern(recipe.pre_tokenizer));
}

// The pieces that others counted. Runs say how text was cut for them; text does not.
void add_counts(const Config& config, const PieceCutter& cutter, PieceCounts& pieces) {
  std::string fingerprint, first;
  for (const std::string& path : config.from_counts) {
    CountFile file(path);
    if (file.is_text()) {
      file.read_text([&](std::string_view piece, std::uint64_t count) { pieces.add(0, piece, 0, count); });
      continue;
    }
    if (first.empty()) fingerprint = file.fingerprint(), first = file.path();
    require_same_fingerprint(fingerprint, first, file.fingerprint(), file.path());
    require_pieces_of(cutter, file);
    for (const auto entries = file.entries(); entries->next();) pieces.add(0, entries->key(), 0, entries->count());
  }
}

void write_counts(const Config& config, const std::string& fingerprint, PieceCounts& pieces) {
  Output out = Output::to_file(config.save_counts, {.force = config.output.force});
  CountRunWriter writer(out, fingerprint);
  pieces.for_each([&](std::string_view piece, std::uint64_t count) { writer.add(piece, count); });
  writer.finish();
  out.commit();
}

CountJob make_job(const Config& config, const std::string& fingerprint, int threads) {
  const RecordFormat& format = config.inputs.format;
  std::string folder = config.output.path;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return {.files = config.inputs.files,
          .format = format,
          .blocks = {.record_limit = longest_record(config.memory)},
          .threads = threads,
          .memory = memory_budget(config.memory),
          .tmpdir = config.tmpdir,
          .fingerprint = fingerprint,
          .save_folder = folder + ".partial",
          .resume = config.resume,
          .settings = record_settings(format)};
}

void check_inputs(const Config& config) {
  if (config.output.is_standard()) {
    throw Error(ErrorCode::usage, "where to? a tokenizer is written to a file or folder")
        .remedy("name it with -o: tokenizer.json, name.model, vocab.txt, name.tiktoken, or a folder");
  }
  formats::require_target(config.output.path, {.force = config.output.force});
  if (config.from_counts.empty()) return require_input(config.inputs);
  if (!config.inputs.files.empty()) throw Error(ErrorCode::usage, "--from-counts takes the place of text").remedy("give counts or text, or count the text first");
  if (config.resume) throw Error(ErrorCode::usage, "--resume goes on with counting, and --from-counts has it done").remedy("leave one of them out");
}

TokenizerDefinition learn(Trainer& trainer, PieceCounts& pieces, const Context& context) {
  Progress learning(context.progress, "learning", 0, "tokens");
  std::uint64_t learned = 0;
  return trainer.learn(pieces, [&](std::uint64_t tokens, std::uint64_t) {
    learning.advance(tokens - learned), learned = tokens;
    Stop::throw_if_requested();
  });
}

void run(const Config& given, Context& context) {
  Config config = given;
  config.recipe = complete(given.recipe);
  check_inputs(config);
  const auto start = std::chrono::steady_clock::now();
  const int threads = effective_threads(config.threads);
  const std::uint64_t memory = memory_budget(config.memory);
  const auto trainer = make_trainer(config.recipe, {.threads = threads, .memory = memory, .tmpdir = config.tmpdir});
  const PieceCutter& cutter = trainer->cutter();
  const std::string fingerprint = count_fingerprint(CountUnit::pretoken, &cutter, config.inputs.format.on_invalid, config.recipe.keep_newlines);

  std::optional<PieceCounts> added;
  std::optional<CorpusCounter> counter;
  if (!config.from_counts.empty()) {
    added.emplace(PieceCounts::Options{.workers = 1, .memory = memory, .tmpdir = config.tmpdir});
    add_counts(config, cutter, *added);
  } else {
    const CountJob job = make_job(config, fingerprint, threads);
    if (config.output.force && !config.resume) remove_saved_counts(job.save_folder);
    Stop::install();
    counter.emplace(job, count_pieces(cutter, threads, config.recipe.keep_newlines));
    if (config.resume && !counter->resumed()) context.notice(job.save_folder + ": nothing is saved here, counting from the beginning");
    report_damage(context, run_with_progress(*counter, context));
  }
  PieceCounts& pieces = added ? *added : counter->counts();
  if (!config.save_counts.empty()) write_counts(config, fingerprint, pieces);
  // What the form of the output cannot say of the rules just followed is no loss of anything that was there before.
  const formats::Conversion learned = formats::convert_for(learn(*trainer, pieces, context), config.output.path);
  for (const std::string& difference : learned.losses) context.notice(config.output.path + ": " + difference);
  formats::write(learned.definition, config.output.path, {.force = config.output.force});
  if (counter) counter->remove_saved();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  report(config, context, trainer->report(), seconds.count());
}

}  // namespace

const Command tokenizer_train = make_command<Config>(
    {
        .name = "tokenizer train",
        .group = Group::tokenizers,
        .summary = "learn a tokenizer from text",
        .description =
            "Counts the pieces of the text and learns a tokenizer from the counts: BPE on bytes or characters, WordPiece or Unigram, by the rules of "
            "Hugging Face tokenizers or of SentencePiece. The result does not depend on the number of threads, "
            "on how the text is compressed or divided into files, or on the order of its records; nor on --memory, which text may outgrow "
            "many times: what has no room is on disk, which takes longer.\n\n"
            "The form of the output follows its name: .json is a tokenizer.json, .model a SentencePiece model with its .vocab beside it, vocab.txt BERT's list, "
            ".tiktoken a rank file, anything else a folder as of Hugging Face.",
        .examples = {{"quern tokenizer train --vocab-size 1000 -o tokenizer.json corpus.txt",
                      "a tokenizer.json that Hugging Face loads"},
                     {"quern tokenizer train --preset bert --vocab-size 600 -o bert/ corpus.txt",
                      "a folder that BERT's tools load"},
                     {"quern tokenizer train --model unigram --vocab-size 90 -o u.model corpus.txt",
                      "a SentencePiece model"},
                     {"quern tokenizer train --jsonl text -o web.json web.jsonl.gz",
                      "from a field of compressed JSON lines"}},
        .see_also = {"tokenizer info", "encode", "decode"},
    },
    declare, run);

}  // namespace quern::cli
