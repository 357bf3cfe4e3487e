// Do two tokenizers make the same of a text? Exit 3 when they do not, and where they part.
#include <fmt/format.h>

#include <algorithm>

#include "cli/aligned_table.h"
#include "cli/commands/registry.h"
#include "cli/number_text.h"
#include "cli/token_text.h"
#include "cli/tokenizer_operands.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "tokenizers/evaluation/difference.h"

namespace quern::cli {
namespace {

struct Config {
  std::string first, second;
  TokenizerHints hints;
  CompareBy by = CompareBy::ids;
  std::int64_t show = 1;
  Inputs inputs;
  OutputTarget output;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
  bool json = false;
};

void declare(Options& options, Config& config) {
  options.operand("TOK", config.first).required().path().help("tokenizer: a file of any form, or a folder");
  options.operand("OTHER", config.second).required().path().help("the tokenizer it is compared with");
  options
      .choice("by", config.by, {{"ids", CompareBy::ids}, {"tokens", CompareBy::tokens}, {"offsets", CompareBy::offsets}})
      .help("what must be the same")
      .details(
          "ids are what models see; tokens compares their texts, whatever their numbers are; offsets compares where the text is "
          "cut, whatever the tokens are called.");
  options.value("show", config.show, "N").between(0, 1000).help("differing records to show, from the first on");
  shared::tokenizer_hints(options, config.hints);
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::json(options, config.json);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
}

const char* name(CompareBy by) {
  return by == CompareBy::ids ? "ids" : by == CompareBy::tokens ? "tokens" : "offsets";
}

struct Report {
  const Config& config;
  std::vector<Tokenizer> tokenizers;
  VocabularyDifference vocabulary;
  Differences differences;
  std::vector<std::string> names;  // short
};

std::string list_some(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, ids.size()); ++i) text += " " + one_line(tokenizer.token(ids[i]));
  return text + (ids.size() > kShown ? " …" : "");
}

std::string vocabulary_text(const Report& report) {
  const VocabularyDifference& vocabulary = report.vocabulary;
  std::string out = "vocabularies  ";
  if (vocabulary.none()) return out + "the same " + grouped(vocabulary.sizes[0]) + " tokens\n";
  out += fmt::format("{} and {} tokens", grouped(vocabulary.sizes[0]), grouped(vocabulary.sizes[1]));
  if (!vocabulary.renumbered.empty()) out += fmt::format(", {} under other ids", grouped(vocabulary.renumbered.size()));
  out += "\n";
  for (std::size_t t = 0; t < 2; ++t) {
    const auto& only = vocabulary.only[t];
    if (only.empty()) continue;
    out += fmt::format("  only in {}: {}:{}\n", report.names[t], grouped(only.size()), list_some(report.tokenizers[t], only));
  }
  return out;
}

std::string place(const Difference& difference) {
  return difference.path + (difference.line == 0 ? "" : ":" + std::to_string(difference.line));
}

std::vector<std::string> cells(const std::vector<ComparedToken>& tokens, std::size_t i) {
  if (i >= tokens.size()) return {"", "", ""};
  const ComparedToken& token = tokens[i];
  return {fmt::format("{}:{}", token.begin, token.end), std::to_string(token.id), one_line(token.text)};
}

// The tokens of both, side by side, from a little before they part up to where they go on alike.
std::string side_by_side(const Report& report, const Difference& difference) {
  constexpr std::size_t kRows = 16;
  AlignedTable table("lrrllrrl");
  const auto add_row = [&](const char* mark, std::vector<std::string> left, std::vector<std::string> right) {
    std::vector<std::string> row = {mark};
    row.insert(row.end(), left.begin(), left.end());
    row.push_back("");
    row.insert(row.end(), right.begin(), right.end());
    table.row(std::move(row));
  };
  add_row("", {"bytes", "id", report.names[0]}, {"bytes", "id", report.names[1]});
  for (std::size_t i = 0; i < difference.before.size(); ++i) add_row("=", cells(difference.before, i), {});
  const std::size_t rows = std::max(difference.tokens[0].size(), difference.tokens[1].size());
  for (std::size_t i = 0; i < std::min(rows, kRows); ++i) {
    add_row(">", cells(difference.tokens[0], i), cells(difference.tokens[1], i));
  }
  std::string out = table.text();
  const std::size_t all = std::max(difference.counts[0], difference.counts[1]);
  if (all > kRows) out += fmt::format("and up to {} more before they are alike again\n", grouped(all - kRows));
  return out;
}

std::string as_text(const Report& report) {
  const Differences& found = report.differences;
  std::string out = fmt::format("records       {}\n", grouped(found.records));
  out += fmt::format("differ        {}", grouped(found.differing));
  if (found.differing > 0) {
    out += fmt::format(" ({:.2f} %)", 100 * static_cast<double>(found.differing) / static_cast<double>(found.records));
  }
  out += "\n" + vocabulary_text(report);
  for (const Difference& difference : found.shown) {
    out += fmt::format("\n{}: from token {}, byte {}\n", place(difference), difference.token, difference.byte);
    out += side_by_side(report, difference);
  }
  return out;
}

Json tokens_json(const std::vector<ComparedToken>& tokens, std::size_t count) {
  Json ids = Json::array(), texts = Json::array(), offsets = Json::array();
  for (const ComparedToken& token : tokens) {
    ids.push_back(token.id);
    texts.push_back(token.text);
    offsets.push_back(Json::array({token.begin, token.end}));
  }
  return {{"count", count}, {"ids", ids}, {"tokens", texts}, {"offsets", offsets}};
}

Json difference_json(const Difference& difference) {
  return {{"path", difference.path},
          {"line", difference.line},
          {"token", difference.token},
          {"byte", difference.byte},
          {"before", tokens_json(difference.before, difference.before.size())},
          {"first", tokens_json(difference.tokens[0], difference.counts[0])},
          {"second", tokens_json(difference.tokens[1], difference.counts[1])}};
}

std::string as_json(const Report& report) {
  const VocabularyDifference& vocabulary = report.vocabulary;
  Json json = {{"schema", 1},
               {"first", report.config.first},
               {"second", report.config.second},
               {"by", name(report.config.by)},
               {"records", report.differences.records},
               {"differing", report.differences.differing}};
  const auto texts = [&](std::size_t t) {
    Json list = Json::array();
    for (const TokenId id : vocabulary.only[t]) list.push_back(report.tokenizers[t].token(id));
    return list;
  };
  json["vocabularies"] = {{"sizes", {vocabulary.sizes[0], vocabulary.sizes[1]}},
                          {"only_in_first", texts(0)},
                          {"only_in_second", texts(1)},
                          {"renumbered", vocabulary.renumbered.size()}};
  json["differences"] = Json::array();
  for (const Difference& difference : report.differences.shown) json["differences"].push_back(difference_json(difference));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Differences compare(const Config& config, const std::vector<Tokenizer>& tokenizers, Context& context) {
  const int threads = effective_threads(config.threads);
  const RecordFormat& format = config.inputs.format;
  const auto most_shown = static_cast<std::size_t>(config.show);
  EncodeOptions options;
  options.text_is_valid = format.on_invalid != OnInvalid::keep;
  options.scratch_bytes = memory_budget(config.memory) / 4 / static_cast<std::uint64_t>(threads);
  std::vector<BlockComparer> comparers;
  for (int i = 0; i < threads; ++i) {
    comparers.emplace_back(tokenizers[0], tokenizers[1], options, CompareOptions{config.by, most_shown});
  }
  BlockReader reader(config.inputs.files, format, {.record_limit = longest_record(config.memory) / 8});
  Progress progress(context.progress, "comparing", reader.total(), "B");
  Differences total;
  std::uint64_t seen = 0;
  RecordDamage damage = for_each_block<Differences>(
      reader, format, threads,
      [&](const TextBlock& block, int worker) {
        return comparers[static_cast<std::size_t>(worker)].compare(block, format.on_bad_record);
      },
      [&](Differences& block) { total.add(std::move(block), most_shown); },
      [&](std::uint64_t position) { progress.advance(position - seen), seen = position; });
  progress.finish();
  damage.add(total.refused);
  report_damage(context, damage);
  return total;
}

int run(const Config& config, Context& context) {
  require_input(config.inputs);
  std::vector<Tokenizer> tokenizers = load_all({config.first, config.second}, config.hints, context);
  Output out = config.output.open();
  Differences differences = compare(config, tokenizers, context);
  VocabularyDifference vocabulary = compare_vocabularies(tokenizers[0], tokenizers[1]);
  const Report report{config, std::move(tokenizers), std::move(vocabulary), std::move(differences),
                      short_names({config.first, config.second})};
  out.write(config.json ? as_json(report) : as_text(report));
  out.commit();
  return report.differences.differing > 0 ? 3 : 0;
}

}  // namespace

const Command tokenizer_diff = make_command<Config>(
    {
        .name = "tokenizer diff",
        .group = Group::tokenizers,
        .summary = "tell whether two tokenizers make the same of a text",
        .description =
            "Every record is encoded by both, without special tokens around it. The report counts those that differ, shows the "
            "first of them with the tokens of both side by side, from where they part to where they go on alike, and says how "
            "the vocabularies differ. The exit status is 3 when a record differs, and 0 when none does, whatever the "
            "vocabularies hold that the text does not use.",
        .examples = {{"quern tokenizer diff mill.json mill.json corpus.txt", "a tokenizer is like itself"},
                     {"quern tokenizer diff mill.json coarse.json corpus.txt || true", "where two part"}},
        .see_also = {"tokenizer eval", "tokenizer info", "tokenizer convert"},
    },
    declare, run);

}  // namespace quern::cli
