// Text in, a tokenizer out. Memory grows with the distinct pieces of the text, not with the text.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "cli/commands/registry.h"
#include "cli/shared_options.h"
#include "core/memory.h"
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
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
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
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
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
  BpeTrainerSettings settings{
      .vocab_size = static_cast<std::size_t>(config.vocab_size),
      .min_frequency = static_cast<std::uint64_t>(config.min_frequency),
      .max_token_length = static_cast<std::size_t>(config.max_token_length),
      .whole_alphabet = config.initial_alphabet == InitialAlphabet::bytes,
      .specials = config.specials,
      .pattern = std::nullopt,
      .add_prefix_space = config.add_prefix_space,
  };
  for (auto special = config.specials.begin(); special != config.specials.end(); ++special) {
    if (special->empty()) throw Error(ErrorCode::usage, "--special is empty").remedy("a special token needs a text");
    if (std::find(config.specials.begin(), special, *special) != special)
      throw Error(ErrorCode::usage, "--special \"" + *special + "\" is given twice").remedy("name each special token once");
  }
  if (config.pre_tokenizer.starts_with(kRegex)) {
    settings.pattern = SplitPattern::from_regex(config.pre_tokenizer.substr(kRegex.size()));
  } else if (config.pre_tokenizer != "none") {
    const std::vector<std::string>& names = SplitPattern::names();
    if (std::find(names.begin(), names.end(), config.pre_tokenizer) == names.end())
      throw Error(ErrorCode::usage, "--pre-tokenizer is \"" + config.pre_tokenizer + "\"")
          .remedy(fmt::format("use {}, none, or regex: with an expression behind it", fmt::join(names, ", ")));
    settings.pattern = SplitPattern::named(config.pre_tokenizer);
  }
  return settings;
}

// A record's terminator is not part of it, unless asked for: then every line counts with its LF.
std::string_view with_newline(const TextBlock& block, std::size_t i, std::string& buffer) {
  if (i + 1 == block.size() && block.last_is_unterminated()) return block[i];
  return buffer.assign(block[i]) += '\n';
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

void run(const Config& given, Context& context) {
  Config config = given;
  apply_preset(config);
  if (config.output.is_standard()) {
    throw Error(ErrorCode::usage, "where to? a tokenizer is written to a file or folder")
        .remedy("name it with -o: tokenizer.json, name.tiktoken, or a folder for vocab.json and merges.txt");
  }
  require_input(config.inputs);
  const auto start = std::chrono::steady_clock::now();
  const int threads = effective_threads(config.threads);
  const auto trainer = make_bpe_trainer(settings_of(config), threads, memory_budget(config.memory));

  BlockReader reader(config.inputs.files, config.inputs.format);
  Progress counting(context.progress, "counting", reader.total(), "B");
  std::vector<std::string> buffers(threads);
  std::uint64_t seen = 0;
  const RecordDamage damage = for_each_block<bool>(
      reader, config.inputs.format, threads,
      [&](const TextBlock& block, int worker) {
        for (std::size_t i = 0; i < block.size(); ++i) {
          trainer->count(config.keep_newlines ? with_newline(block, i, buffers[worker]) : block[i], worker);
        }
        return true;
      },
      [](bool) {},
      [&](std::uint64_t position) { counting.advance(position - seen), seen = position; });
  counting.finish();
  report_damage(context, damage);

  Progress learning(context.progress, "learning", 0, "tokens");
  std::uint64_t learned = 0;
  const TokenizerDefinition definition = trainer->finish(
      [&](std::uint64_t tokens, std::uint64_t) { learning.advance(tokens - learned), learned = tokens; });
  learning.finish();
  formats::write(definition, config.output.path, {.force = config.output.force});
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
            "on how the text is compressed or divided into files, or on the order of its records.\n\n"
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
