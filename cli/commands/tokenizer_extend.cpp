// A tokenizer and more text in, the tokenizer with more tokens out.
#include <fmt/format.h>

#include "cli/commands/registry.h"
#include "cli/tokenizer_choice.h"
#include "cli/training_job.h"
#include "core/error.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/trainers/extender.h"

namespace quern::cli {
namespace {

struct Config {
  TokenizerChoice tokenizer;
  std::int64_t add = 0;
  std::int64_t min_frequency = 2;
  std::int64_t max_token_length = 0;
  double coverage = 1;
  TrainingJob job;
};

void declare(Options& options, Config& config) {
  shared::tokenizer_operand(options, config.tokenizer);
  options.value("add", config.add, "N").required().at_least(1).default_text("").help("how many tokens to add, at most");
  options.value("min-frequency", config.min_frequency, "N").at_least(0).help("join no pair seen less often");
  options.value("max-token-length", config.max_token_length, "N")
      .at_least(0)
      .help("longest token; 0 = any length")
      .details("New tokens are shorter than N characters (bytes, of a byte-level tokenizer).");
  options.value("coverage", config.coverage, "SHARE")
      .between(0, 1)
      .help("share of the text that characters must cover")
      .details("Characters that the tokenizer lacks are added first, and count as tokens; the rarest beyond this share are left out.");
  options.flag("keep-newlines", config.job.keep_newlines).help("a line's LF belongs to it");
  declare_training_job(options, config.job);
}

void run(const Config& config, Context& context) {
  check(config.job);
  const TokenizerDefinition from = formats::read(config.tokenizer.path, load_options(config.tokenizer, context));
  const ExtendSettings settings{.add = static_cast<std::size_t>(config.add),
                                .min_frequency = static_cast<std::uint64_t>(config.min_frequency),
                                .max_token_length = static_cast<std::size_t>(config.max_token_length),
                                .coverage = config.coverage};
  const auto trainer = make_extender(from, settings,
                                     {.threads = effective_threads(config.job.threads), .memory = memory_budget(config.job.memory), .tmpdir = config.job.tmpdir});
  const double seconds = run_training(config.job, *trainer, context);
  const TrainingReport& report = trainer->report();
  const std::size_t added = report.added;
  const std::string missing = added < settings.add ? fmt::format("{} were to be added, {} were: no pair was left that may be joined and is seen {} times", settings.add, added,
                                                                 std::max<std::int64_t>(config.min_frequency, 1))
                                                   : std::string();
  report_training(config.job, report, missing, seconds, context);
}

}  // namespace

const Command tokenizer_extend = make_command<Config>(
    {
        .name = "tokenizer extend",
        .group = Group::tokenizers,
        .summary = "add tokens learned from more text",
        .description =
            "Goes on training where a BPE or WordPiece tokenizer stopped: the text is encoded with the tokens there are, and the "
            "most frequent pairs are joined. All old tokens keep their ids, so that a model's embeddings stay right and need only new "
            "rows. New tokens have the ids from the first free one on; BPE uses them after all old merges.\n\n"
            "Unigram models cannot be extended: the worth of every piece would change.",
        .examples = {{"quern tokenizer extend mill.json --add 20 -o more.json corpus.txt", "20 tokens more"}},
        .see_also = {"tokenizer train", "tokenizer info"},
    },
    declare, run);

}  // namespace quern::cli
