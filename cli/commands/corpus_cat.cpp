// Any supported form of text in, plain records out.
#include "cli/commands/registry.h"
#include "cli/shared_options.h"
#include "core/json.h"

namespace quern::cli {
namespace {

enum class Format { lines, jsonl };

struct Config {
  Inputs inputs;
  OutputTarget output;
  Format format = Format::lines;
  std::string shard = "1/1";
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
};

void declare(Options& options, Config& config) {
  options.choice("format", config.format, {{"lines", Format::lines}, {"jsonl", Format::jsonl}})
      .help("how to write records")
      .details("lines: as text, each ended by a line feed, or by NUL with -0. jsonl: one {\"text\": …} a line.");
  options.value("shard", config.shard, "i/n")
      .help("only the i-th of n parts of each file")
      .details("A part holds the records that begin in its share of the bytes. The files must not be compressed.");
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
}

// The records of one block as they will be written.
struct Block {
  std::string bytes;
  std::uint64_t broken = 0;     // records that hold a line end, and so become several lines
  bool terminator_due = false;  // the last record was written without its terminator
};

Block format_records(const TextBlock& text, Format format, char terminator, bool verbatim) {
  Block block;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (format == Format::jsonl) {
      block.bytes += "{\"text\":";
      append_json_string(block.bytes, text[i]);
      block.bytes += '}';
    } else {
      block.bytes += text[i];
      if (!verbatim && text[i].find(terminator) != std::string_view::npos) ++block.broken;
    }
    block.bytes += terminator;
  }
  block.terminator_due = verbatim && text.last_is_unterminated() && text.size() > 0;
  if (block.terminator_due) block.bytes.pop_back();
  return block;
}

void run(const Config& config, Context& context) {
  const Shard shard = parse_shard(config.shard);
  require_input(config.inputs);
  const RecordFormat& format = config.inputs.format;
  const bool by_null = format.records == Records::null;
  const char terminator = by_null && config.format == Format::lines ? '\0' : '\n';
  const bool verbatim = config.format == Format::lines && (by_null || format.records == Records::lines);
  BlockReader reader(config.inputs.files, format, {.record_limit = longest_record(config.memory), .shard = shard});
  Output out = config.output.open();
  Progress progress(context.progress, "reading", reader.total(), "B");
  std::uint64_t broken = 0, seen = 0;
  bool terminator_due = false;
  const RecordDamage damage = for_each_block<Block>(
      reader, format, effective_threads(config.threads),
      [&](const TextBlock& text, int) { return format_records(text, config.format, terminator, verbatim); },
      [&](const Block& block) {
        if (block.bytes.empty() && !block.terminator_due) return;
        if (terminator_due) out.write({&terminator, 1});
        out.write(block.bytes);
        broken += block.broken;
        terminator_due = block.terminator_due;
      },
      [&](std::uint64_t position) { progress.advance(position - seen), seen = position; });
  progress.finish();
  out.commit();
  report_damage(context, damage);
  if (broken > 0) {
    context.warning(std::to_string(broken) +
                    (broken == 1 ? " record holds a line end and became" : " records hold line ends and became") +
                    " several lines; --format jsonl keeps records apart");
  }
}

}  // namespace

const Command corpus_cat = make_command<Config>(
    {
        .name = "corpus cat",
        .group = Group::corpora,
        .summary = "read text in any supported form and write plain records",
        .description =
            "Decompresses, takes fields out of JSON lines or columns out of TSV, and checks UTF-8 on the way.\n\n"
            "Files do not run into each other: a last line without its line end gets one when another file follows. "
            "The last "
            "line of all is written as it was, so that plain text comes out byte for byte.",
        .examples = {{"quern corpus cat --jsonl text web.jsonl.gz > web.txt",
                      "a field of compressed JSON lines as lines of text"},
                     {"quern corpus cat --shard 2/4 corpus.txt | wc -l",
                      "the second of four parts, for the second of four machines"}},
        .see_also = {"corpus stats", "encode"},
    },
    declare, run);

}  // namespace quern::cli
