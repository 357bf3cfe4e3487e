// How well tokenizers suit a text, side by side: sizes, unknowns, what comes back, speed, and all of it by script.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cli/aligned_table.h"
#include "cli/commands/registry.h"
#include "cli/number_text.h"
#include "cli/tokenizer_operands.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/text/unicode.h"
#include "tokenizers/evaluation/evaluation.h"

namespace quern::cli {
namespace {

struct Config {
  TokenizerOperands tokenizers;
  Inputs inputs;
  OutputTarget output;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
  bool json = false, speed = true;
};

void declare(Options& options, Config& config) {
  shared::tokenizer_operands(options, config.tokenizers);
  options.flag("speed", config.speed)
      .help("measure the speed of encoding, too")
      .details("Without it the report is the same each time, byte for byte.");
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::json(options, config.json);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
}

struct Report {
  std::vector<std::string> paths, names;  // as given, and short
  std::vector<Tokenizer> tokenizers;
  Evaluation evaluation;
  bool speed;
};

double ratio(std::uint64_t part, std::uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

// Nothing where there is nothing to divide by.
std::string ratio_text(std::uint64_t part, std::uint64_t whole, int digits) {
  return whole == 0 ? "-" : fmt::format("{:.{}f}", ratio(part, whole), digits);
}
// What is not all is not shown as 100 %, nor what is not nothing as 0 %.
std::string share_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  if (part > 0 && ratio(part, whole) < 0.00005) return "<0.01 %";
  if (part < whole && ratio(part, whole) > 0.99995) return ">99.99 %";
  return fmt::format("{:.2f} %", 100 * ratio(part, whole));
}
Json ratio_json(std::uint64_t part, std::uint64_t whole) { return whole == 0 ? Json(nullptr) : Json(ratio(part, whole)); }

std::uint64_t vocabulary_size(const Tokenizer& tokenizer) {
  std::uint64_t tokens = 0;
  for (TokenId id = 0; id < tokenizer.size(); ++id) tokens += tokenizer.token(id).empty() ? 0 : 1;
  return tokens;
}

// Of one vector by script, which may end early.
template <class Amount>
Amount at(const std::vector<Amount>& by_script, std::size_t script) {
  return script < by_script.size() ? by_script[script] : Amount{};
}

// Those the text has, most characters first.
std::vector<std::size_t> scripts_of(const Evaluation& evaluation) {
  std::vector<std::size_t> scripts(evaluation.scripts.size());
  std::iota(scripts.begin(), scripts.end(), 0);
  std::erase_if(scripts, [&](std::size_t script) { return evaluation.scripts[script].characters == 0; });
  std::stable_sort(scripts.begin(), scripts.end(), [&](std::size_t a, std::size_t b) {
    return evaluation.scripts[a].characters > evaluation.scripts[b].characters;
  });
  return scripts;
}

std::string overall_table(const Report& report) {
  const TextAmount& text = report.evaluation.text;
  AlignedTable table("lrrrrrrrrrr");
  std::vector<std::string> head = {"tokenizer", "vocabulary", "tokens",   "bytes/token", "tokens/word",
                                   "tokens/char", "unknown",  "of chars", "alike",       "lost"};
  if (report.speed) head.push_back("MB/s");
  table.row(std::move(head));
  for (std::size_t i = 0; i < report.paths.size(); ++i) {
    const TokenizerMeasure& measure = report.evaluation.tokenizers[i];
    std::vector<std::string> row = {
        report.names[i],
        grouped(vocabulary_size(report.tokenizers[i])),
        grouped(measure.whole.tokens),
        ratio_text(text.bytes, measure.whole.tokens, 2),
        ratio_text(measure.whole.tokens, text.words, 2),
        ratio_text(measure.whole.tokens, text.characters, 3),
        share_text(measure.unknown_tokens, measure.whole.tokens),
        share_text(measure.unknown_characters, text.characters),
        grouped(measure.alike),
        grouped(measure.lost),
    };
    if (report.speed) row.push_back(ratio_text(text.bytes * 1000, measure.nanoseconds, 1));
    table.row(std::move(row));
  }
  return table.text();
}

std::string script_table(const Report& report) {
  const Evaluation& evaluation = report.evaluation;
  const std::vector<std::size_t> scripts = scripts_of(evaluation);
  constexpr std::size_t kShown = 12;
  AlignedTable table("lrrlrrrr");
  table.row({"script", "characters", "share", "tokenizer", "bytes/token", "tokens/char", "tokens/word", "covered"});
  for (std::size_t n = 0; n < std::min(kShown, scripts.size()); ++n) {
    const TextAmount& text = evaluation.scripts[scripts[n]];
    for (std::size_t i = 0; i < report.paths.size(); ++i) {
      const TokenAmount amount = at(evaluation.tokenizers[i].scripts, scripts[n]);
      std::vector<std::string> row = {"", "", ""};
      if (i == 0) {
        row = {unicode::script_name(static_cast<int>(scripts[n])), grouped(text.characters),
               share_text(text.characters, evaluation.text.characters)};
      }
      row.insert(row.end(), {report.names[i], ratio_text(text.bytes, amount.tokens, 2),
                             ratio_text(amount.tokens, text.characters, 3), ratio_text(amount.tokens, text.words, 2),
                             share_text(amount.covered, text.characters)});
      table.row(std::move(row));
    }
  }
  if (scripts.size() > kShown) table.row({fmt::format("and {} more scripts", scripts.size() - kShown)});
  return table.text();
}

std::string as_table(const Report& report) {
  const Evaluation& evaluation = report.evaluation;
  const TextAmount& text = evaluation.text;
  std::string out = fmt::format("{} records, {} bytes, {} characters, {} words\n\n", grouped(evaluation.records),
                                grouped(text.bytes), grouped(text.characters), grouped(text.words));
  out += overall_table(report);
  if (text.characters > 0) out += "\n" + script_table(report);
  return out;
}

Json amounts_json(const TextAmount& text, const TokenAmount& amount) {
  return {{"tokens", amount.tokens},
          {"bytes_per_token", ratio_json(text.bytes, amount.tokens)},
          {"tokens_per_character", ratio_json(amount.tokens, text.characters)},
          {"tokens_per_word", ratio_json(amount.tokens, text.words)},
          {"covered_characters", amount.covered},
          {"coverage", ratio_json(amount.covered, text.characters)}};
}

Json tokenizer_json(const Report& report, std::size_t i, const std::vector<std::size_t>& scripts) {
  const Evaluation& evaluation = report.evaluation;
  const TokenizerMeasure& measure = evaluation.tokenizers[i];
  Json json = {{"tokenizer", report.paths[i]}, {"vocabulary", vocabulary_size(report.tokenizers[i])}};
  json.update(amounts_json(evaluation.text, measure.whole));
  json["unknown_tokens"] = measure.unknown_tokens;
  json["unknown_characters"] = measure.unknown_characters;
  json["unknown_token_rate"] = ratio_json(measure.unknown_tokens, measure.whole.tokens);
  json["unknown_character_rate"] = ratio_json(measure.unknown_characters, evaluation.text.characters);
  json["round_trip"] = {{"exact", measure.exact}, {"alike", measure.alike}, {"lost", measure.lost}};
  if (report.speed) json["megabytes_per_second"] = ratio_json(evaluation.text.bytes * 1000, measure.nanoseconds);
  json["scripts"] = Json::object();
  for (const std::size_t script : scripts) {
    json["scripts"][unicode::script_name(static_cast<int>(script))] =
        amounts_json(evaluation.scripts[script], at(measure.scripts, script));
  }
  return json;
}

std::string as_json(const Report& report) {
  const Evaluation& evaluation = report.evaluation;
  const std::vector<std::size_t> scripts = scripts_of(evaluation);
  const auto text_json = [](const TextAmount& text) {
    return Json{{"bytes", text.bytes}, {"characters", text.characters}, {"words", text.words}};
  };
  Json json = {{"schema", 1}, {"records", evaluation.records}};
  json.update(text_json(evaluation.text));
  json["scripts"] = Json::object();
  for (const std::size_t script : scripts) {
    json["scripts"][unicode::script_name(static_cast<int>(script))] = text_json(evaluation.scripts[script]);
  }
  json["tokenizers"] = Json::array();
  for (std::size_t i = 0; i < report.paths.size(); ++i) json["tokenizers"].push_back(tokenizer_json(report, i, scripts));
  return json.dump() + "\n";
}

Evaluation evaluate(const Config& config, const Inputs& inputs, const std::vector<Tokenizer>& tokenizers, Context& context) {
  const int threads = effective_threads(config.threads);
  const std::uint64_t memory = memory_budget(config.memory);
  EncodeOptions options;
  options.text_is_valid = inputs.format.on_invalid != OnInvalid::keep;
  options.scratch_bytes = memory / 4 / static_cast<std::uint64_t>(threads);
  std::vector<BlockEvaluator> evaluators;
  for (int i = 0; i < threads; ++i) evaluators.emplace_back(tokenizers, options, config.speed);

  // A text is held with its tokens, their offsets and what is known of each character.
  constexpr std::uint64_t kPerByte = 64;
  BlockReader reader(inputs.files, inputs.format, {.record_limit = memory / kPerByte});
  Progress progress(context.progress, "evaluating", reader.total(), "B");
  Evaluation total(tokenizers.size());
  std::uint64_t seen = 0;
  RecordDamage damage = for_each_block<Evaluation>(
      reader, inputs.format, threads,
      [&](const TextBlock& block, int worker) {
        return evaluators[static_cast<std::size_t>(worker)].measure(block, inputs.format.on_bad_record);
      },
      [&](const Evaluation& block) { total.add(block); },
      [&](std::uint64_t position) { progress.advance(position - seen), seen = position; });
  progress.finish();
  damage.add(total.refused);
  report_damage(context, damage);
  return total;
}

void run(const Config& config, Context& context) {
  const Inspected inspected = split_operands(config.tokenizers, config.inputs);
  std::vector<Tokenizer> tokenizers = load_all(inspected.paths, config.tokenizers.hints, context);
  Output out = config.output.open();
  Evaluation evaluation = evaluate(config, inspected.inputs, tokenizers, context);
  const Report report{inspected.paths, short_names(inspected.paths), std::move(tokenizers), std::move(evaluation),
                      config.speed};
  out.write(config.json ? as_json(report) : as_table(report));
  out.commit();
}

}  // namespace

const Command tokenizer_eval = make_command<Config>(
    {
        .name = "tokenizer eval",
        .group = Group::tokenizers,
        .summary = "measure tokenizers against a text, side by side",
        .description =
            "One row for each tokenizer. Bytes, characters and words are those of the text, whatever the tokenizer does to it: "
            "characters are code points, words are found by dictionary where a language is written without spaces. Tokens are "
            "counted without special tokens around a record. Nothing depends on the number of threads but the speed, which is "
            "of one thread's processor time, for ids alone, from an empty cache.\n\n"
            "Unknown is the share of tokens that are the unknown token, and the share of characters that these stand for. "
            "Each record is decoded again: it comes back byte for byte, or \"alike\" (another text, which the tokenizer's "
            "own normalizers and pre-tokenizers make the same of: case, forms of Unicode, white space it does not keep), "
            "or it is \"lost\".\n\n"
            "By script: spaces, digits and punctuation count for the script they stand behind, and a token or word for that of "
            "the last character it stands for, so that the rows add up to the whole. Covered is the share of characters that lie whole in a "
            "token of the vocabulary: not unknown, not spelled in single bytes, not torn between tokens, not dropped. The "
            "scripts with most characters are shown; --json has all.",
        .examples = {{"quern tokenizer eval mill.json coarse.json corpus.txt --no-speed", "which of two vocabularies suits a text"},
                     {"zcat corpus.txt.gz | quern tokenizer eval mill.json --no-speed --json",
                      "the same for programs, from a pipe"}},
        .see_also = {"tokenizer diff", "tokenizer info", "corpus stats"},
    },
    declare, run);

}  // namespace quern::cli
