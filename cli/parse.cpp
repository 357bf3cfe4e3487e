#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "cli/suggest.h"
#include "core/error.h"

namespace quern::cli {
namespace {

// CLI11 takes "--name=" for an option without value and would eat the next word. A NUL, which no argument can hold,
// keeps the empty value visible; unmark() takes it off again.
std::string mark_empty_value(const std::string& word) {
  const bool empty_value = word.size() > 3 && word.compare(0, 2, "--") == 0 && word.back() == '=';
  return empty_value ? word + '\0' : word;
}

std::string unmark(std::string word) {
  if (!word.empty() && word.back() == '\0') word.pop_back();
  return word;
}

// What CLI11 is to answer to: "-h{brief},--help{full}", "-q,--quiet,--no-quiet{false}", "-t,--tokenizer".
std::string cli11_names(const OptionSpec& spec) {
  const std::string shortly = spec.short_name == 0 ? std::string() : std::string("-") + spec.short_name;
  if (spec.name == "help") return shortly + "{brief},--help{full}";
  std::string names = shortly.empty() ? "" : shortly + ",";
  names += "--" + spec.name;
  if (spec.kind == ValueKind::flag && !spec.is_action) names += ",--no-" + spec.name + "{false}";
  return names;
}

// Everything that could have been meant by an unknown --name.
std::string nearest_option(const Options& options, const std::string& typed) {
  std::vector<std::string> names;
  for (const auto& spec : options.specs()) {
    if (spec->is_operand || spec->is_hidden) continue;
    names.push_back("--" + spec->name);
    if (spec->kind == ValueKind::flag && !spec->is_action) names.push_back("--no-" + spec->name);
  }
  return nearest(typed, names);
}

[[noreturn]] void fail(const std::string& command, const std::string& message, const std::string& meant = {}) {
  const std::string hint = "quern " + command + " -h lists what it takes";
  throw Error(ErrorCode::usage, message)
      .at(command)
      .remedy(meant.empty() ? hint : "did you mean " + meant + "? (" + hint + ")");
}

[[noreturn]] void fail_unknown(const std::string& command, const Options& options, const std::string& word) {
  const bool is_long = word.compare(0, 2, "--") == 0;
  const std::string typed = is_long ? word.substr(0, word.find('=')) : word;
  fail(command, "unknown option " + typed, is_long ? nearest_option(options, typed) : std::string());
}

bool may_be_value(const OptionSpec& spec, const std::string& word) {
  if (std::find(spec.choices.begin(), spec.choices.end(), word) != spec.choices.end()) return true;
  const bool is_number = !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
  return spec.kind != ValueKind::choice && is_number;
}

// Is the word behind this one its value, whatever it looks like?
bool wants_next(const Options& options, const std::string& word) {
  return std::any_of(options.specs().begin(), options.specs().end(), [&](const auto& spec) {
    if (spec->is_operand || spec->kind == ValueKind::flag || !spec->implied_text.empty()) return false;
    return word == "--" + spec->name || (spec->short_name != 0 && word == std::string("-") + spec->short_name);
  });
}

// Options that may stand alone get the value that this means: "--pad" becomes "--pad=longest".
std::vector<std::string> with_implied_values(std::vector<std::string> words, const Options& options) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (wants_next(options, words[i])) {
      ++i;
      continue;
    }
    const OptionSpec* spec = words[i].compare(0, 2, "--") == 0 ? options.find(words[i].substr(2)) : nullptr;
    if (spec == nullptr || spec->implied_text.empty()) continue;
    const bool has_value = i + 1 < words.size() && may_be_value(*spec, words[i + 1]);
    if (!has_value) words[i] += "=" + spec->implied_text;
  }
  return words;
}

// CLI11 throws only when the last option on the line lacks its value.
[[noreturn]] void fail_missing_value(const std::string& command, const Options& options, const std::string& last) {
  for (const auto& spec : options.specs()) {
    const bool by_long = last == "--" + spec->name;
    const bool by_short = spec->short_name != 0 && last.size() > 1 && last[1] != '-' && last.back() == spec->short_name;
    if (spec->is_operand || (!by_long && !by_short)) continue;
    std::string wanted = spec->value_name.empty() ? alternatives(spec->choices) : spec->value_name;
    fail(command, "option --" + spec->name + " needs a value, " + wanted);
  }
  fail(command, "option " + last + " needs a value");
}

// Words that are no option: scalars take one each, a list takes the rest.
void place_operands(const std::string& command, Options& options, const std::vector<std::string>& operands,
                    Arguments& arguments) {
  auto next = operands.begin();
  for (const auto& spec : options.specs()) {
    if (!spec->is_operand) continue;
    while (next != operands.end()) {
      arguments.assignments.push_back({spec.get(), *next++});
      if (!spec->is_list) break;
    }
  }
  if (next != operands.end()) fail(command, "operand \"" + *next + "\" is one too many");
}

// Is this word, left over by CLI11, an option nobody knows rather than an operand?
bool looks_like_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9') && word[1] != '.';
}

}  // namespace

Arguments parse_arguments(const std::string& command, const std::vector<std::string>& typed, Options& options) {
  const std::vector<std::string> words = with_implied_values(typed, options);
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();  // operands stay with us: CLI11 would split one such as "[a,b]"
  Arguments arguments;
  std::map<CLI::Option*, OptionSpec*> rows;
  for (const auto& spec : options.specs()) {
    if (spec->is_operand) continue;
    CLI::Option* row =
        spec->kind == ValueKind::flag ? app.add_flag(cli11_names(*spec)) : app.add_option(cli11_names(*spec));
    if (spec->kind != ValueKind::flag) row->expected(1);
    row->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    rows[row] = spec.get();
  }

  std::vector<std::string> reversed;
  for (auto word = words.rbegin(); word != words.rend(); ++word) reversed.push_back(mark_empty_value(*word));
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError&) {
    fail_missing_value(command, options, words.empty() ? command : words.back());
  }

  std::map<CLI::Option*, std::size_t> taken;
  for (CLI::Option* row : app.parse_order()) {
    OptionSpec* spec = rows.at(row);
    const std::string value = unmark(row->results().at(taken[row]++));
    if (spec->name == "help") {
      arguments.help = value == "brief" ? HelpRequest::brief : HelpRequest::full;
    } else {
      arguments.assignments.push_back({spec, value});
    }
  }
  if (arguments.help != HelpRequest::none) return arguments;

  std::vector<std::string> operands;
  bool options_ended = false;
  for (std::string word : app.remaining()) {
    word = unmark(std::move(word));
    if (!options_ended && word == "--") {
      options_ended = true;
    } else if (!options_ended && looks_like_option(word)) {
      fail_unknown(command, options, word);
    } else {
      operands.push_back(std::move(word));
    }
  }
  place_operands(command, options, operands, arguments);
  return arguments;
}

}  // namespace quern::cli
