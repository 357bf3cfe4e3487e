// What a text is made of: sizes, words, scripts, lengths, duplicates, damage.
#include <fmt/format.h>

#include "cli/commands/registry.h"
#include "cli/number_text.h"
#include "cli/shared_options.h"
#include "core/json.h"
#include "core/memory.h"
#include "corpora/corpus_statistics.h"

namespace quern::cli {
namespace {

struct Config {
  Inputs inputs;
  OutputTarget output;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
  bool json = false;
};

void declare(Options& options, Config& config) {
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::json(options, config.json);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
}

struct Quantile {
  const char* name;
  double share;
};
constexpr Quantile kQuantiles[] = {{"p1", 0.01}, {"p10", 0.1}, {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string place(const Where& where) {
  return where.path + (where.line != 0 ? ":" + std::to_string(where.line) : fmt::format(" at byte {}", where.byte));
}

class Table {
 public:
  void row(std::string_view label, std::string_view value, const std::string& note = {}) {
    text_ += fmt::format("{:<18}{:>20}{}{}\n", label, value, note.empty() ? "" : "  ", note);
  }
  void row(std::string_view label, std::uint64_t value, const std::string& note = {}) {
    row(label, grouped(value), note);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string duplicates_note(const CorpusStatistics& corpus) {
  const DuplicateCounter& duplicates = corpus.duplicates();
  if (duplicates.is_complete()) return fmt::format("{:.2f} %", 100 * share(duplicates.repeated(), corpus.records()));
  return fmt::format("of the first {} records: --memory allows no more", grouped(duplicates.counted()));
}

std::string as_table(const CorpusStatistics& corpus, const RecordDamage& damage) {
  Table table;
  table.row("bytes", corpus.bytes());
  table.row("records", corpus.records());
  table.row("  empty", corpus.empty_records());
  table.row("  duplicates", corpus.duplicates().repeated(), duplicates_note(corpus));
  table.row("words", corpus.words());
  table.row("characters", corpus.characters());
  constexpr std::uint64_t kShown = 8;
  std::uint64_t shown = 0, rest = corpus.characters();
  for (const auto& script : corpus.scripts()) {
    if (shown++ == kShown) break;
    table.row("  " + script.name, script.characters,
              fmt::format("{:.2f} %", 100 * share(script.characters, corpus.characters())));
    rest -= script.characters;
  }
  if (rest > 0) table.row("  other scripts", rest, fmt::format("{:.2f} %", 100 * share(rest, corpus.characters())));
  table.row("record length", fmt::format("{:.1f}", share(corpus.characters(), corpus.records())),
            "characters, on average");
  table.row("  shortest", corpus.length_quantile(0));
  for (const Quantile& quantile : kQuantiles)
    table.row(fmt::format("  {}", quantile.name), corpus.length_quantile(quantile.share));
  table.row("  longest", corpus.length_quantile(1));
  const bool invalid = damage.invalid_records > 0;
  table.row("invalid UTF-8", damage.invalid_sequences,
            invalid ? fmt::format("in {} record{}, first in {}", grouped(damage.invalid_records),
                                  damage.invalid_records == 1 ? "" : "s", place(damage.first_invalid))
                    : "");
  if (damage.bad_records > 0) {
    table.row("bad records", damage.bad_records,
              fmt::format("left out, first in {}: {}", place(damage.first_bad), damage.first_bad_reason));
  }
  return table.text();
}

std::string as_json(const CorpusStatistics& corpus, const RecordDamage& damage) {
  Json scripts = Json::object();
  for (const auto& script : corpus.scripts()) scripts[script.name] = script.characters;
  Json length = {{"unit", "characters"},
                 {"mean", share(corpus.characters(), corpus.records())},
                 {"min", corpus.length_quantile(0)}};
  for (const Quantile& quantile : kQuantiles) length[quantile.name] = corpus.length_quantile(quantile.share);
  length["max"] = corpus.length_quantile(1);
  const DuplicateCounter& duplicates = corpus.duplicates();
  const Json json = {
      {"schema", 1},
      {"bytes", corpus.bytes()},
      {"records", corpus.records()},
      {"empty_records", corpus.empty_records()},
      {"duplicates",
       {{"records", duplicates.repeated()}, {"of", duplicates.counted()}, {"complete", duplicates.is_complete()}}},
      {"words", corpus.words()},
      {"characters", corpus.characters()},
      {"scripts", scripts},
      {"length", length},
      {"invalid_utf8", {{"records", damage.invalid_records}, {"sequences", damage.invalid_sequences}}},
      {"bad_records", damage.bad_records},
  };
  return json.dump() + "\n";
}

// The text as it stands: by default ill-formed bytes are counted, not exchanged before they are.
RecordFormat as_it_stands(RecordFormat format) {
  if (format.on_invalid == OnInvalid::replace) format.on_invalid = OnInvalid::keep;
  return format;
}

void run(const Config& config, Context& context) {
  require_input(config.inputs);
  const int threads = effective_threads(config.threads);
  const RecordFormat format = as_it_stands(config.inputs.format);
  BlockReader reader(config.inputs.files, format);
  CorpusStatistics corpus(memory_budget(config.memory));
  std::vector<unicode::WordBreaker> breakers(static_cast<std::size_t>(threads));
  Output out = config.output.open();
  Progress progress(context.progress, "counting", reader.total(), "B");
  std::uint64_t seen = 0;
  const RecordDamage damage = for_each_block<BlockStatistics>(
      reader, format, threads,
      [&](const TextBlock& block, int worker) { return measure(block, breakers[static_cast<std::size_t>(worker)]); },
      [&](const BlockStatistics& block) { corpus.add(block); },
      [&](std::uint64_t position) { progress.advance(position - seen), seen = position; });
  progress.finish();
  out.write(config.json ? as_json(corpus, damage) : as_table(corpus, damage));
  out.commit();
}

}  // namespace

const Command corpus_stats = make_command<Config>(
    {
        .name = "corpus stats",
        .group = Group::corpora,
        .summary = "count records, words, scripts, lengths and duplicates",
        .description = "One pass over text in any supported form. Bytes are those of the records, without line ends; "
                       "characters are code "
                       "points; words are found by dictionary where a language is written without spaces. Duplicates "
                       "are records that "
                       "stood before, byte for byte; their hashes take 20 to 40 bytes a record, and what --memory does "
                       "not allow is not "
                       "looked at, and said.",
        .examples = {{"quern corpus stats corpus.txt", "what a text is made of"},
                     {"quern corpus stats --json --jsonl text web.jsonl.gz",
                      "the same for a field of JSON lines, for programs"}},
        .see_also = {"corpus cat"},
    },
    declare, run);

}  // namespace quern::cli
