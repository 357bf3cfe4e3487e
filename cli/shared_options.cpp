#include "cli/shared_options.h"

#include <unistd.h>

#include <charconv>
#include <map>

#include "core/error.h"
#include "core/memory.h"
#include "core/threads.h"

namespace quern::cli {
namespace {

const char* const kInputGroup = "Input";
const char* const kOutputGroup = "Output";
const char* const kResourceGroup = "Resources";

// --jsonl FIELD and --tsv COLUMN choose the kind of record and name a part of it in one.
OptionSpec record_option(std::string name, std::string value_name) {
  OptionSpec spec;
  spec.name = std::move(name);
  spec.value_name = std::move(value_name);
  spec.group = kInputGroup;
  return spec;
}

void declare_null(Options& options, RecordFormat& format) {
  OptionSpec null = record_option("null", "");
  null.short_name = '0';
  null.kind = ValueKind::flag;
  null.assign = [&format](const std::string& text) {
    if (text != "true" && text != "false") throw Error(ErrorCode::usage, "expected true or false");
    if (text == "true") format.records = Records::null;
    if (text == "false" && format.records == Records::null) format.records = Records::lines;
  };
  null.current_text = [&format] { return format.records == Records::null ? std::string("true") : std::string(); };
  options.declare(std::move(null)).help("records end at NUL instead of at newline");
}

void declare_jsonl(Options& options, RecordFormat& format) {
  OptionSpec jsonl = record_option("jsonl", "FIELD");
  jsonl.assign = [&format](const std::string& text) {
    if (text.empty()) throw Error(ErrorCode::usage, "expected the name of a field");
    format.records = Records::jsonl;
    format.field = text;
  };
  jsonl.current_text = [&format] {
    return format.records == Records::jsonl ? toml_string(format.field) : std::string();
  };
  options.declare(std::move(jsonl)).help("input is JSON lines; take this field of each");
}

void declare_tsv(Options& options, RecordFormat& format) {
  OptionSpec tsv = record_option("tsv", "COLUMN");
  tsv.kind = ValueKind::integer;
  tsv.assign = [&format](const std::string& text) {
    std::uint64_t column = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, column);
    if (error != std::errc{} || stop != end || column == 0) {
      throw Error(ErrorCode::usage, "expected a column number from 1");
    }
    format.records = Records::tsv;
    format.column = column;
  };
  tsv.current_text = [&format] {
    return format.records == Records::tsv ? std::to_string(format.column) : std::string();
  };
  options.declare(std::move(tsv))
      .help("input is tab-separated; take this column")
      .details("Columns count from 1. Quotes are ordinary characters.");
}

std::string count_of(std::uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string place(const Where& where) { return Error(ErrorCode::input, "").at(where).describe(); }

}  // namespace

Output OutputTarget::open() const { return Output::open(path, {.force = force}); }

Output OutputTarget::open_binary() const {
  if (is_standard() && !force && terminal::is_terminal(STDOUT_FILENO)) {
    throw Error(ErrorCode::usage, "the output is binary and would garble the terminal")
        .remedy("name a file with -o, or insist with --force");
  }
  return open();
}

namespace shared {

void inputs(Options& options, Inputs& inputs) {
  options.operands("FILE", inputs.files)
      .path()
      .help("input, also .gz, .zst, .xz or .bz2; none or -: stdin")
      .details("Compression is recognised by content, not by name. Several files are read in order.");
  RecordFormat& format = inputs.format;
  declare_null(options, format);
  declare_jsonl(options, format);
  declare_tsv(options, format);
  options
      .choice("on-invalid", format.on_invalid,
              {{"error", OnInvalid::error},
               {"replace", OnInvalid::replace},
               {"skip", OnInvalid::skip},
               {"keep", OnInvalid::keep}})
      .group(kInputGroup)
      .help("what to do with invalid UTF-8")
      .details(
          "error stops at the first; replace puts U+FFFD for each ill-formed part; skip leaves the record out; keep "
          "passes the bytes on. What was met is counted and reported with its first place.");
  options.choice("on-bad-record", format.on_bad_record, {{"error", OnBadRecord::error}, {"skip", OnBadRecord::skip}})
      .group(kInputGroup)
      .help("what to do with records that cannot be read")
      .details("A bad record is a line that is not JSON or has no such field, or a row without that column.");
  options.check([&options] {
    // A stronger layer replaces the choice of a weaker one; two choices in one layer are a contradiction.
    std::map<Origin, int> choices;
    for (const char* name : {"null", "jsonl", "tsv"}) {
      const bool contradicts = options.was_set(name) && ++choices[options.find(name)->origin] > 1;
      if (!contradicts) continue;
      throw Error(ErrorCode::usage, "--null, --jsonl and --tsv exclude each other").remedy("give one of them");
    }
  });
}

void output(Options& options, OutputTarget& output) {
  options.value('o', "output", output.path, "PATH")
      .path()
      .default_text("")
      .group(kOutputGroup)
      .help("write here instead of to standard output")
      .details("The file appears under its name only when it is whole.");
  options.flag("force", output.force).group(kOutputGroup).help("replace an existing output");
}

void threads(Options& options, std::int64_t& threads) {
  options.value('j', "threads", threads, "N")
      .between(0, 4096)
      .default_text("all")
      .group(kResourceGroup)
      .help("worker threads")
      .details("0 means all that the process may use. The output does not depend on it.");
}

void memory(Options& options, std::uint64_t& bytes) {
  options.size("memory", bytes, "SIZE")
      .default_text("80%")
      .group(kResourceGroup)
      .help("memory to use at most: 512M, 24G, 50%")
      .details("A percentage is of the machine's memory or of the control group's limit, whichever is smaller.");
}

void tmpdir(Options& options, std::string& directory) {
  options.value("tmpdir", directory, "DIR")
      .path()
      .default_text("$TMPDIR")
      .group(kResourceGroup)
      .help("where to keep what memory has no room for")
      .details("Temporary data has no name, and its space is free again however the program ends. Without TMPDIR it is in /tmp.");
}

void seed(Options& options, std::int64_t& seed) {
  options.value("seed", seed, "N")
      .at_least(0)
      .group(kResourceGroup)
      .help("seed of all random choices")
      .details("The same seed gives the same result, whatever the number of threads.");
}

void json(Options& options, bool& json) {
  options.flag("json", json)
      .group(kOutputGroup)
      .help("print the result as JSON")
      .details("Keys stay: later versions only add some. \"schema\" is 1.");
}

void dry_run(Options& options, bool& dry_run) {
  options.flag("dry-run", dry_run, 'n').group(kResourceGroup).help("estimate memory, disk and time; write nothing");
}

void color(Options& options, ColorMode& color) {
  options
      .choice("color", color,
              {{"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}})
      .group(kOutputGroup)
      .help("mark up the output with colours")
      .details("auto uses them on a terminal unless NO_COLOR is set or TERM is dumb.");
}

}  // namespace shared

int effective_threads(std::int64_t threads) { return threads > 0 ? static_cast<int>(threads) : available_threads(); }

std::uint64_t memory_budget(std::uint64_t bytes) { return bytes > 0 ? bytes : default_memory_budget(); }

std::uint64_t longest_record(std::uint64_t memory) { return memory_budget(memory) / 4; }

void require_input(const Inputs& inputs) {
  if (inputs.files.empty() && terminal::is_terminal(STDIN_FILENO)) throw ShowUsage();
}

void report_damage(const Context& context, const RecordDamage& damage) {
  if (damage.byte_order_marks > 0) {
    std::string line = damage.first_byte_order_mark + ": the byte order mark at its beginning is no text and was left out";
    if (damage.byte_order_marks > 1) line += "; so were those of " + count_of(damage.byte_order_marks - 1, "more file", "more files");
    context.notice(line);
  }
  if (damage.invalid_records > 0) {
    context.warning(place(damage.first_invalid) + "invalid UTF-8, " +
                    count_of(damage.invalid_sequences, "sequence", "sequences") + " in " +
                    count_of(damage.invalid_records, "record", "records") + ", first here");
  }
  if (damage.bad_records > 0) {
    context.warning(place(damage.first_bad) + damage.first_bad_reason + "; " +
                    count_of(damage.bad_records, "record", "records") + " left out, first here");
  }
}

}  // namespace quern::cli
