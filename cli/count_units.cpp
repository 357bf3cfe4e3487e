#include "cli/count_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "core/json.h"
#include "core/progress.h"

namespace quern::cli {
namespace {

const char* name(OnInvalid on_invalid) {
  switch (on_invalid) {
    case OnInvalid::error: return "error";
    case OnInvalid::replace: return "replace";
    case OnInvalid::skip: return "skip";
    case OnInvalid::keep: return "keep";
  }
  return "";
}

// A record's terminator is not part of it, unless asked for: then every line counts with its LF.
std::string_view with_newline(const TextBlock& block, std::size_t i, std::string& buffer) {
  if (i + 1 == block.size() && block.last_is_unterminated()) return block[i];
  return buffer.assign(block[i]) += '\n';
}

}  // namespace

std::string count_fingerprint(CountUnit unit, const PieceCutter* cutter, OnInvalid on_invalid, bool keep_newlines) {
  // error and replace count the same, where error lets a count be made at all.
  const char* const invalid = name(on_invalid == OnInvalid::error ? OnInvalid::replace : on_invalid);
  if (unit != CountUnit::pretoken) {
    return fmt::format(R"({{"unit":"{}","invalid":"{}"}})", unit == CountUnit::word ? "word" : "char", invalid);
  }
  return fmt::format(R"({{"unit":"pretoken","invalid":"{}","newlines":{},"cut":{}}})", invalid, keep_newlines, cutter->description());
}

CorpusCounter::CountBlock count_pieces(const PieceCutter& cutter, int threads, bool keep_newlines) {
  struct Worker {
    PieceCutter::Scratch scratch;
    std::string buffer;
  };
  auto workers = std::make_shared<std::vector<Worker>>(static_cast<std::size_t>(threads));
  return [&cutter, workers, keep_newlines](const TextBlock& block, int worker, ExternalCounts& counts) {
    Worker& own = (*workers)[static_cast<std::size_t>(worker)];
    for (std::size_t i = 0; i < block.size(); ++i) {
      cutter.cut(keep_newlines ? with_newline(block, i, own.buffer) : block[i], own.scratch,
                 [&](std::string_view piece, std::size_t readable) { counts.add(worker, piece, readable); });
    }
  };
}

void require_pieces_of(const PieceCutter& cutter, const CountFile& run) {
  const Json made_by = Json::parse(run.fingerprint(), nullptr, false), wanted = Json::parse(cutter.description());
  if (!made_by.is_object()) throw Error(ErrorCode::format, "does not say what it counts").at(run.path());
  const std::string unit = made_by.value("unit", "");
  if (unit != "pretoken" && unit != "unknown") {
    throw Error(ErrorCode::usage, "holds counts of unit " + unit + ", not of pieces").at(run.path()).remedy("count with corpus count --unit pretoken");
  }
  if (unit == "unknown" || made_by.value("cut", Json()) == wanted) return;
  throw Error(ErrorCode::usage, "its pieces were cut in another way").at(run.path()).remedy("count with corpus count --unit pretoken and the options of this training, or -t and the tokenizer that is extended");
}

std::vector<std::pair<std::string, std::string>> record_settings(const RecordFormat& format) {
  const char* const records[] = {"lines", "-0", "--jsonl", "--tsv", "document"};
  return {{"the form of records", records[static_cast<int>(format.records)]},
          {"--jsonl", format.field},
          {"--tsv", std::to_string(format.column)},
          {"--on-bad-record", format.on_bad_record == OnBadRecord::skip ? "skip" : "error"}};
}

RecordDamage run_with_progress(CorpusCounter& counter, const Context& context) {
  std::optional<Progress> progress;
  std::uint64_t seen = 0;
  return counter.run([&](std::uint64_t position, std::uint64_t total) {
    if (!progress) progress.emplace(context.progress, "counting", total, "B");
    progress->advance(position - seen), seen = position;
  });
}

}  // namespace quern::cli
