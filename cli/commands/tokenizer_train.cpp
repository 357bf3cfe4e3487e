// Text or counts in, a tokenizer out.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/commands/registry.h"
#include "cli/training_job.h"
#include "cli/training_recipe.h"
#include "core/error.h"
#include "corpora/text_blocks.h"

namespace quern::cli {
namespace {

struct Config {
  TrainingRecipe recipe;
  TrainingJob job;
};

void declare(Options& options, Config& config) {
  declare_cutting(options, config.recipe);
  declare_learning(options, config.recipe);
  declare_training_job(options, config.job);
}

// As a shell takes it.
std::string quoted_pattern(const std::string& pre_tokenizer) {
  constexpr std::string_view kRegex = "regex:";
  if (!pre_tokenizer.starts_with(kRegex)) return pre_tokenizer;
  std::string quoted = "'";
  for (const char c : pre_tokenizer.substr(kRegex.size())) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// Why there are fewer tokens than asked for; nothing if there are not.
std::string missing_text(const TrainingRecipe& recipe, const TrainingReport& report) {
  if (report.vocabulary >= static_cast<std::size_t>(recipe.vocab_size)) return {};
  const bool joins_pairs = recipe.rules != Rules::sentencepiece && recipe.model != ModelKind::unigram;
  return fmt::format("{} were asked for, but ", recipe.vocab_size) +
         (joins_pairs ? fmt::format("no pair was left that may be joined and is seen {} times", std::max<std::int64_t>(recipe.min_frequency, 1)) : "the text has no more");
}

// What is known to be impossible before hours of work.
void check_form(const TrainingRecipe& recipe, const std::string& path) {
  const auto refuse = [&](const char* reason, const char* remedy) { throw Error(ErrorCode::usage, reason).at(path).remedy(remedy); };
  const bool is_model = path.ends_with(".model");
  if (recipe.model == ModelKind::character || recipe.model == ModelKind::word) {
    if (!is_model) refuse("only SentencePiece's form says a vocabulary of words or characters", "write to NAME.model");
  } else if (is_model && (recipe.model == ModelKind::wordpiece || recipe.rules == Rules::bytes)) {
    refuse("a .model cannot say WordPiece or byte-level BPE", "write to NAME.json or a folder, or train with --compat sentencepiece");
  } else if (path.ends_with(".tiktoken") && (recipe.rules != Rules::bytes || recipe.digits == Digits::single || recipe.digits == Digits::triples)) {
    refuse("a .tiktoken file says byte-level BPE behind one split", "write to NAME.json, or train with --compat bytes and without --digits");
  } else if (path.ends_with(".txt") && recipe.model != ModelKind::wordpiece) {
    refuse("vocab.txt says WordPiece", "write to NAME.json or a folder, or train with --model wordpiece");
  }
}

// The texts of all records, one after the other.
class Records {
 public:
  explicit Records(const TrainingJob& job) : format_(job.inputs.format), reader_(job.inputs.files, format_, {.record_limit = longest_record(job.memory)}) {}

  bool next(std::string& text) {
    while (at_ == block_.size()) {
      if (!reader_.next(raw_)) return false;
      extract(raw_, format_, block_);
      damage_.add(block_.damage());
      at_ = 0;
    }
    text = block_[at_++];
    ++count_;
    return true;
  }
  RecordDamage damage() const {
    RecordDamage all = damage_;
    all.add(reader_.damage());
    return all;
  }
  std::uint64_t count() const { return count_; }

 private:
  RecordFormat format_;
  BlockReader reader_;
  RawBlock raw_;
  TextBlock block_;
  std::size_t at_ = 0;
  std::uint64_t count_ = 0;
  RecordDamage damage_;
};

// One: the library's Unigram depends on their number.
constexpr int kLibraryThreads = 1;

void run_library(const TrainingJob& job, const TrainingRecipe& recipe, const Context& context) {
  if (!job.from_counts.empty() || !job.save_counts.empty() || job.resume) {
    throw Error(ErrorCode::usage, "--engine sentencepiece knows no counts").remedy("leave --from-counts, --save-counts and --resume out, or train with --engine quern");
  }
  const auto start = std::chrono::steady_clock::now();
  Records records(job);
  std::string first;
  if (!records.next(first)) throw Error(ErrorCode::input, "there is no text to train on").remedy("the input is empty");
  bool has_first = true;
  const TokenizerDefinition learned = train_with_library(recipe, kLibraryThreads, [&](std::string& text) {
    if (!std::exchange(has_first, false)) return records.next(text);
    text = std::move(first);
    return true;
  });
  report_damage(context, records.damage());
  write_tokenizer(job, learned, context);
  TrainingReport report;
  report.pieces = records.count();
  report.vocabulary = std::get<SentencePieceModel>(learned.model).pieces.size();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (job.json) return report_training(job, report, {}, seconds, context);
  context.notice(fmt::format("{}: {} tokens, by the sentencepiece library, in {:.1f} s", job.output.path, report.vocabulary, seconds));
}

void run(const Config& config, Context& context) {
  const TrainingRecipe recipe = complete(config.recipe);
  TrainingJob job = config.job;
  job.keep_newlines = recipe.keep_newlines;
  check(job);
  check_form(recipe, job.output.path);
  if (recipe.engine == Engine::sentencepiece) return run_library(job, recipe, context);
  const auto trainer = make_trainer(recipe, {.threads = effective_threads(job.threads), .memory = memory_budget(job.memory), .tmpdir = job.tmpdir});
  const double seconds = run_training(job, *trainer, context);
  const TrainingReport& report = trainer->report();
  report_training(job, report, missing_text(recipe, report), seconds, context);
  if (job.json) return;
  if (report.skipped != 0) {
    context.notice(fmt::format("{} records are left out: they are longer than --max-sentence-length {} bytes, or hold U+2585", report.skipped, recipe.max_sentence_length));
  }
  if (job.output.path.ends_with(".tiktoken") && recipe.pre_tokenizer != "none")
    context.notice("a .tiktoken file does not say where text is split: use it with --pattern " + quoted_pattern(recipe.pre_tokenizer));
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
            "on how the text is compressed or divided into files, or on the order of its records; nor on --memory. BPE and WordPiece by "
            "Hugging Face's rules learn from text that outgrows it many times: what has no room is on disk, which takes longer. All others count within it, but keep the "
            "distinct words (SentencePiece: of all records) and what they learn in memory.\n\n"
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
