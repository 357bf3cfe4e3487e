// Text or counts in, a tokenizer out, within --memory whatever the size of either.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "cli/commands/registry.h"
#include "cli/count_units.h"
#include "cli/shared_options.h"
#include "core/stop.h"
#include "corpora/corpus_counter.h"
#include "corpora/count_run.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/trainers/bpe_trainer.h"

namespace quern::cli {
namespace {

constexpr std::string_view kRegex = "regex:";

enum class ModelKind { bpe };
enum class InitialAlphabet { bytes, observed };
enum class Preset { none, gpt2, gpt4 };

struct Config {
  ModelKind model = ModelKind::bpe;
  Preset preset = Preset::none;
  std::int64_t vocab_size = 0;  // 0: the preset's
  std::int64_t min_frequency = 2;
  std::int64_t max_token_length = 0;
  std::vector<std::string> specials;
  std::string pre_tokenizer;  // empty: the preset's
  InitialAlphabet initial_alphabet = InitialAlphabet::bytes;
  bool add_prefix_space = false;
  bool keep_newlines = false;
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
  options.choice("model", config.model, {{"bpe", ModelKind::bpe}}).help("kind of tokenizer");
  options.choice("preset", config.preset, {{"none", Preset::none}, {"gpt2", Preset::gpt2}, {"gpt4", Preset::gpt4}})
      .help("settings of a known tokenizer")
      .details("Options given beside it win. gpt2: --vocab-size 50257 --pre-tokenizer gpt2 --special '<|endoftext|>'; gpt4: --vocab-size 100257 "
               "--pre-tokenizer cl100k --special '<|endoftext|>'.");
  options.value("vocab-size", config.vocab_size, "N")
      .at_least(1)
      .default_text("30000")
      .help("size of the vocabulary, all included")
      .details("Special tokens and the alphabet count.");
  options.value("min-frequency", config.min_frequency, "N").at_least(0).help("join no pair seen less often");
  options.value("max-token-length", config.max_token_length, "N")
      .at_least(0)
      .help("join to less than N bytes; 0 = any length")
      .details("As in Hugging Face, two bytes may always be joined, and a token of exactly N bytes is too long.");
  options.value("special", config.specials, "TOKEN")
      .help("special token; repeat it for more")
      .details("Special tokens get the first ids, in the order given.");
  options.value("pre-tokenizer", config.pre_tokenizer, "NAME")
      .default_text("gpt2")
      .help("where text is cut before joining")
      .details("gpt2, cl100k, cl100k-hf and o200k are published patterns; with none, a record is one piece; regex:PATTERN cuts at the matches "
               "of a regular expression (RE2 or ICU syntax), which are pieces of their own.");
  options.choice("initial-alphabet", config.initial_alphabet,
                 {{"bytes", InitialAlphabet::bytes}, {"observed", InitialAlphabet::observed}})
      .help("all 256 bytes, or those in the text")
      .details("With observed, text with other bytes cannot be encoded: they are dropped without a word.");
  options.flag("add-prefix-space", config.add_prefix_space).help("a record begins as if after a space");
  options.flag("keep-newlines", config.keep_newlines)
      .help("a line's LF belongs to it")
      .details("As when Hugging Face trains from files; without it, as when it trains from an iterator.");
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

void apply_preset(Config& config) {
  const auto prefer = [](auto& value, auto preset) {
    if (value == std::decay_t<decltype(value)>{}) value = preset;
  };
  if (config.preset != Preset::none && config.specials.empty()) config.specials = {"<|endoftext|>"};
  prefer(config.vocab_size, config.preset == Preset::gpt2 ? 50257 : config.preset == Preset::gpt4 ? 100257 : 30000);
  prefer(config.pre_tokenizer, std::string(config.preset == Preset::gpt4 ? "cl100k" : "gpt2"));
}

BpeTrainerSettings settings_of(const Config& config) {
  return {.vocab_size = static_cast<std::size_t>(config.vocab_size),
          .min_frequency = static_cast<std::uint64_t>(config.min_frequency),
          .max_token_length = static_cast<std::size_t>(config.max_token_length),
          .alphabet = {.initial = config.initial_alphabet == InitialAlphabet::bytes ? all_bytes() : std::u32string()}};
}

TokenizerDefinition blank_of(const Config& config) {
  TokenizerDefinition blank = byte_level_tokenizer(split_pattern(config.pre_tokenizer), config.add_prefix_space);
  for (auto special = config.specials.begin(); special != config.specials.end(); ++special) {
    if (special->empty()) throw Error(ErrorCode::usage, "--special is empty").remedy("a special token needs a text");
    if (std::find(config.specials.begin(), special, *special) != special)
      throw Error(ErrorCode::usage, "--special \"" + *special + "\" is given twice").remedy("name each special token once");
    blank.added_tokens.push_back({.id = static_cast<TokenId>(blank.added_tokens.size()), .content = *special, .normalized = false, .special = true});
  }
  return blank;
}

// As a shell takes it.
std::string quoted_pattern(const Config& config) {
  if (!config.pre_tokenizer.starts_with(kRegex)) return config.pre_tokenizer;
  std::string quoted = "'";
  for (const char c : config.pre_tokenizer.substr(kRegex.size())) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

void report(const Config& config, const Context& context, const TrainingReport& report, double seconds) {
  if (config.json) {
    Output out = Output::to_stdout();
    out.write(fmt::format("{{\"schema\":1,\"vocabulary\":{},\"merges\":{},\"pieces\":{},\"distinct_pieces\":{},"
                          "\"last_count\":{},\"seconds\":{:.3f}}}\n",
                          report.vocabulary, report.merges, report.pieces, report.distinct_pieces, report.last_count, seconds));
    out.commit();
    return;
  }
  std::string line = fmt::format("{}: {} tokens from {} pieces, {} of them distinct, in {:.1f} s", config.output.path,
                                 report.vocabulary, report.pieces, report.distinct_pieces, seconds);
  if (report.merges != 0) line += fmt::format("; the last of {} merges was seen {} times", report.merges, report.last_count);
  if (report.vocabulary < static_cast<std::size_t>(config.vocab_size))
    line += fmt::format("; {} were asked for, but no pair was left that is seen {} times", config.vocab_size,
                        std::max<std::int64_t>(config.min_frequency, 1));
  context.notice(line);
  if (config.output.path.ends_with(".tiktoken") && config.pre_tokenizer != "none")
    context.notice("a .tiktoken file does not say where text is split: use it with --pattern " + quoted_pattern(config));
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
        .remedy("name it with -o: tokenizer.json, name.tiktoken, or a folder for vocab.json and merges.txt");
  }
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
  apply_preset(config);
  check_inputs(config);
  const auto start = std::chrono::steady_clock::now();
  const int threads = effective_threads(config.threads);
  const std::uint64_t memory = memory_budget(config.memory);
  const auto trainer = make_bpe_trainer(blank_of(config), settings_of(config), {.threads = threads, .memory = memory, .tmpdir = config.tmpdir});
  const PieceCutter& cutter = trainer->cutter();
  const std::string fingerprint = count_fingerprint(CountUnit::pretoken, &cutter, config.inputs.format.on_invalid, config.keep_newlines);

  std::optional<PieceCounts> added;
  std::optional<CorpusCounter> counter;
  if (!config.from_counts.empty()) {
    added.emplace(PieceCounts::Options{.workers = 1, .memory = memory, .tmpdir = config.tmpdir});
    add_counts(config, cutter, *added);
  } else {
    const CountJob job = make_job(config, fingerprint, threads);
    if (config.output.force && !config.resume) remove_saved_counts(job.save_folder);
    Stop::install();
    counter.emplace(job, count_pieces(cutter, threads, config.keep_newlines));
    if (config.resume && !counter->resumed()) context.notice(job.save_folder + ": nothing is saved here, counting from the beginning");
    report_damage(context, run_with_progress(*counter, context));
  }
  PieceCounts& pieces = added ? *added : counter->counts();
  if (!config.save_counts.empty()) write_counts(config, fingerprint, pieces);
  const TokenizerDefinition definition = learn(*trainer, pieces, context);
  formats::write(definition, config.output.path, {.force = config.output.force});
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
            "Counts the pieces of the text and learns byte-level BPE merges from the counts, by the rules of Hugging Face "
            "tokenizers: the merges, their order and all ids are the same. The result does not depend on the number of threads, "
            "on how the text is compressed or divided into files, or on the order of its records; nor on --memory, which text may outgrow "
            "many times: what has no room is on disk, which takes longer.\n\n"
            "The form of the output follows its name: .json is a tokenizer.json, .tiktoken a rank file, anything else a folder "
            "as of Hugging Face: tokenizer.json, vocab.json and merges.txt.",
        .examples = {{"quern tokenizer train --vocab-size 1000 -o tokenizer.json corpus.txt",
                      "a tokenizer.json that Hugging Face loads"},
                     {"quern tokenizer train --jsonl text -o web.json web.jsonl.gz",
                      "from a field of compressed JSON lines"}},
        .see_also = {"tokenizer info", "encode", "decode"},
    },
    declare, run);

}  // namespace quern::cli
