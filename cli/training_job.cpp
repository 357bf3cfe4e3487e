#include "cli/training_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "cli/count_units.h"
#include "core/stop.h"
#include "corpora/corpus_counter.h"
#include "corpora/count_run.h"
#include "tokenizers/formats/conversion.h"
#include "tokenizers/formats/folder.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::cli {
namespace {

// Characters that the tokenizer will not know, the first of them by name.
std::string left_out_text(const std::vector<std::string>& characters) {
  constexpr std::size_t kShown = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(characters.size(), kShown); ++i) names += " " + formats::in_quotes(characters[i]);
  return fmt::format("{} characters are left out of the vocabulary:{}{}", characters.size(), names, characters.size() > kShown ? " …" : "");
}

// The pieces that others counted. Runs say how text was cut for them; text does not.
void add_counts(const TrainingJob& job, const PieceCutter& cutter, PieceCounts& pieces) {
  std::string fingerprint, first;
  for (const std::string& path : job.from_counts) {
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

void write_counts(const TrainingJob& job, const std::string& fingerprint, PieceCounts& pieces) {
  Output out = Output::to_file(job.save_counts, {.force = job.output.force});
  CountRunWriter writer(out, fingerprint);
  pieces.for_each([&](std::string_view piece, std::uint64_t count) { writer.add(piece, count); });
  writer.finish();
  out.commit();
}

CountJob make_count_job(const TrainingJob& job, const std::string& fingerprint, int threads) {
  const RecordFormat& format = job.inputs.format;
  std::string folder = job.output.path;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return {.files = job.inputs.files,
          .format = format,
          .blocks = {.record_limit = longest_record(job.memory)},
          .threads = threads,
          .memory = memory_budget(job.memory),
          .tmpdir = job.tmpdir,
          .fingerprint = fingerprint,
          .save_folder = folder + ".partial",
          .resume = job.resume,
          .settings = record_settings(format)};
}

TokenizerDefinition learn(Trainer& trainer, PieceCounts& pieces, const Context& context) {
  Progress learning(context.progress, "learning", 0, "tokens");
  std::uint64_t learned = 0;
  return trainer.learn(pieces, [&](std::uint64_t tokens, std::uint64_t) {
    learning.advance(tokens - learned), learned = tokens;
    Stop::throw_if_requested();
  });
}

// The same, and where the counts are if it comes to nothing.
TokenizerDefinition learn_or_say(const TrainingJob& job, Trainer& trainer, PieceCounts& pieces, const Context& context) {
  try {
    return learn(trainer, pieces, context);
  } catch (...) {
    if (!job.save_counts.empty()) {
      context.notice("the counts are kept in " + job.save_counts + ": --from-counts learns from them");
    } else if (job.from_counts.empty()) {
      context.notice("the text was counted, and the counts are not kept: --save-counts RUN would keep them");
    }
    throw;
  }
}

// In a folder, SentencePiece's control pieces are special tokens, which gives them their roles (bos_token …); and there is a
// tokenizer.json, since transformers takes a lone .model for Llama's kind.
formats::Conversion for_transformers(TokenizerDefinition learned) {
  using Kind = SentencePiece::Kind;
  const auto* model = std::get_if<SentencePieceModel>(&learned.model);
  if (model == nullptr) return {.definition = std::move(learned), .losses = {}};
  learned.added_tokens.clear();
  for (TokenId id = 0; id < model->pieces.size(); ++id) {
    const SentencePiece& piece = model->pieces[id];
    if (piece.kind != Kind::control && piece.kind != Kind::unknown) continue;
    learned.added_tokens.push_back({.id = id, .content = piece.text, .normalized = false, .special = true});
  }
  using Algorithm = SentencePieceModel::Algorithm;
  if (model->algorithm == Algorithm::unigram || model->algorithm == Algorithm::bpe) {
    formats::Conversion conversion = formats::from_sentencepiece(learned);
    if (!conversion.losses.empty()) return conversion;
  }
  return {.definition = std::move(learned), .losses = {}};
}

}  // namespace

void declare_training_job(Options& options, TrainingJob& job) {
  options.value("from-counts", job.from_counts, "RUN")
      .path()
      .help("learn from counts instead of text; repeat it")
      .details("Runs of corpus count --unit pretoken whose text was cut in the same way, or text with lines of piece, tab and count, "
               "which is taken as it is.");
  options.value("save-counts", job.save_counts, "RUN")
      .path()
      .default_text("")
      .help("also write the counts of all pieces")
      .details("What corpus count --unit pretoken would write; --from-counts reads it.");
  options.flag("resume", job.resume)
      .help("go on with a count that was stopped")
      .details("While it counts, what was counted is saved in OUTPUT.partial once a minute, and at SIGINT and SIGTERM. Learning itself starts again: "
               "with --save-counts the counts are kept for it.");
  shared::inputs(options, job.inputs);
  shared::output(options, job.output);
  shared::threads(options, job.threads);
  shared::memory(options, job.memory);
  shared::tmpdir(options, job.tmpdir);
  shared::json(options, job.json);
}

void check(const TrainingJob& job) {
  if (job.output.is_standard()) {
    throw Error(ErrorCode::usage, "where to? a tokenizer is written to a file or folder")
        .remedy("name it with -o: tokenizer.json, name.model, vocab.txt, name.tiktoken, or a folder");
  }
  formats::require_target(job.output.path, {.force = job.output.force});
  if (job.from_counts.empty()) return require_input(job.inputs);
  if (!job.inputs.files.empty()) throw Error(ErrorCode::usage, "--from-counts takes the place of text").remedy("give counts or text, or count the text first");
  if (job.resume) throw Error(ErrorCode::usage, "--resume goes on with counting, and --from-counts has it done").remedy("leave one of them out");
}

void write_tokenizer(const TrainingJob& job, const TokenizerDefinition& learned, const Context& context) {
  // What the form cannot say of the rules just followed is no loss of anything that was there before.
  const bool is_folder = formats::names_folder(job.output.path);
  const formats::Conversion form = is_folder ? for_transformers(learned) : formats::convert_for(learned, job.output.path);
  for (const std::string& difference : form.losses) context.notice(job.output.path + ": " + difference);
  formats::write(form.definition, job.output.path, {.force = job.output.force});
}

double run_training(const TrainingJob& job, Trainer& trainer, const Context& context) {
  const auto start = std::chrono::steady_clock::now();
  const int threads = effective_threads(job.threads);
  const PieceCutter& cutter = trainer.cutter();
  const std::string fingerprint = count_fingerprint(CountUnit::pretoken, &cutter, job.inputs.format.on_invalid, job.keep_newlines);
  std::optional<PieceCounts> added;
  std::optional<CorpusCounter> counter;
  if (!job.from_counts.empty()) {
    added.emplace(PieceCounts::Options{.workers = 1, .memory = memory_budget(job.memory), .tmpdir = job.tmpdir});
    add_counts(job, cutter, *added);
  } else {
    const CountJob count = make_count_job(job, fingerprint, threads);
    if (job.output.force && !job.resume) remove_saved_counts(count.save_folder);
    Stop::install();
    counter.emplace(count, count_pieces(cutter, threads, job.keep_newlines));
    if (job.resume && !counter->resumed()) context.notice(count.save_folder + ": nothing is saved here, counting from the beginning");
    report_damage(context, run_with_progress(*counter, context));
  }
  PieceCounts& pieces = added ? *added : counter->counts();
  if (!job.save_counts.empty()) write_counts(job, fingerprint, pieces);
  write_tokenizer(job, learn_or_say(job, trainer, pieces, context), context);
  if (counter) counter->remove_saved();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void report_training(const TrainingJob& job, const TrainingReport& report, const std::string& missing, double seconds, const Context& context) {
  if (job.json) {
    Output out = Output::to_stdout();
    out.write(fmt::format("{{\"schema\":1,\"vocabulary\":{},\"merges\":{},\"pieces\":{},\"distinct_pieces\":{},"
                          "\"last_count\":{},\"left_out\":{},\"skipped\":{},\"added\":{},\"seconds\":{:.3f}}}\n",
                          report.vocabulary, report.merges, report.pieces, report.distinct_pieces, report.last_count, report.left_out.size(),
                          report.skipped, report.added, seconds));
    out.commit();
    return;
  }
  std::string line = fmt::format("{}: {} tokens from {} pieces, {} of them distinct, in {:.1f} s", job.output.path, report.vocabulary, report.pieces,
                                 report.distinct_pieces, seconds);
  if (report.merges != 0) line += fmt::format("; the last of {} merges was seen {} times", report.merges, report.last_count);
  if (!missing.empty()) line += "; " + missing;
  context.notice(line);
  if (!report.left_out.empty()) context.notice(left_out_text(report.left_out));
}

}  // namespace quern::cli
