#include "cli/help.h"

#include <algorithm>

#include "cli/text_layout.h"

namespace quern::cli {
namespace {

constexpr std::size_t kLeftLimit = 30;

std::string brief_right(const OptionSpec& spec) {
  std::string text = spec.help_text;
  if (spec.is_required && !spec.is_operand) text += " (required)";
  if (!spec.default_text.empty() && spec.kind != ValueKind::flag) text += " [" + spec.default_text + "]";
  return text;
}

// "usage: quern …", broken under its own beginning.
std::string usage_text(const Command& command, const Options& options) {
  const std::string start = "usage: ";
  std::string out;
  for (const auto& line : wrap(usage_line(command, options), start.size())) out += line + "\n";
  return out.replace(0, start.size(), start);
}

std::string examples_text(const Command& command) {
  std::string out;
  for (const auto& example : command.examples) {
    out += "  # " + example.says + "\n  " + example.command + "\n";
  }
  return out;
}

}  // namespace

const char* title(Group group) {
  switch (group) {
    case Group::corpora:
      return "Corpora";
    case Group::tokenizers:
      return "Tokenizers";
    case Group::embeddings:
      return "Embeddings";
    case Group::encoders:
      return "Encoders";
    case Group::language_models:
      return "Language models";
    case Group::about:
      return "About quern";
  }
  return "";
}

const std::vector<ExitMeaning>& exit_meanings() {
  static const std::vector<ExitMeaning> meanings = {
      {"0", "done"},
      {"1", "failed: bad data, reading or writing, memory, device"},
      {"2", "wrong usage or configuration; nothing was done"},
      {"3", "the answer is no, for commands that ask a question"},
      {"130, 143", "ended by SIGINT or SIGTERM"},
      {"141", "the reader of standard output went away"},
  };
  return meanings;
}

std::string value_text(const OptionSpec& spec) {
  if (spec.kind != ValueKind::choice) return spec.value_name;
  std::string all;
  for (const auto& choice : spec.choices) all += (all.empty() ? "" : "|") + choice;
  return spec.name.size() + all.size() + 7 <= kLeftLimit ? all : "WHAT";
}

std::string option_left(const OptionSpec& spec, bool align_names) {
  if (spec.is_operand) return spec.name + (spec.is_list ? "…" : "");
  std::string left;
  if (spec.short_name != 0) {
    left = std::string("-") + spec.short_name + ", ";
  } else if (align_names) {
    left = "    ";
  }
  const bool on_by_default = spec.kind == ValueKind::flag && !spec.default_text.empty();
  left += (on_by_default ? "--[no-]" : "--") + spec.name;
  const std::string value = value_text(spec);
  if (value.empty()) return left;
  return left + (spec.implied_text.empty() ? " " + value : " [" + value + "]");
}

std::string full_text(const OptionSpec& spec) {
  std::string text = spec.help_text;
  if (!text.empty()) text[0] = static_cast<char>(text[0] >= 'a' && text[0] <= 'z' ? text[0] - 32 : text[0]);
  text += ".";
  if (spec.kind == ValueKind::choice) {
    text += " One of";
    for (std::size_t i = 0; i < spec.choices.size(); ++i) text += (i == 0 ? " " : ", ") + spec.choices[i];
    text += ".";
  }
  if (!spec.implied_text.empty()) text += " Alone it means " + spec.implied_text + ".";
  if (spec.is_required) text += " Required.";
  if (spec.is_list && !spec.is_operand) text += " May be given more than once.";
  if (!spec.default_text.empty()) {
    text += " Default: " + (spec.kind == ValueKind::flag ? std::string("on") : spec.default_text) + ".";
  }
  if (!spec.details_text.empty()) text += " " + spec.details_text;
  return text;
}

std::string usage_line(const Command& command, const Options& options) {
  std::string line = "quern " + command.name + " [OPTION…]";
  for (const auto& spec : options.specs()) {
    if (spec->is_operand || !spec->is_required) continue;
    line += spec->short_name != 0 ? std::string(" -") + spec->short_name : " --" + spec->name;
    line += " " + value_text(*spec);
  }
  for (const auto& spec : options.specs()) {
    if (!spec->is_operand) continue;
    const std::string name = spec->name + (spec->is_list ? "…" : "");
    line += spec->is_required ? " " + name : " [" + name + "]";
  }
  return line;
}

std::vector<OptionGroup> option_groups(const Options& options) {
  std::vector<OptionGroup> groups;
  const auto place = [&](const OptionSpec& spec) {
    auto found =
        std::find_if(groups.begin(), groups.end(), [&](const OptionGroup& group) { return group.title == spec.group; });
    if (found == groups.end()) found = groups.insert(groups.end(), {spec.group, {}});
    found->options.push_back(&spec);
  };
  for (const auto& spec : options.specs()) {
    if (spec->is_operand) place(*spec);
  }
  for (const auto& spec : options.specs()) {
    if (!spec->is_operand && !spec->is_hidden) place(*spec);
  }
  return groups;
}

std::string brief_help(const Command& command, const Options& options) {
  std::string out = "quern " + command.name + " — " + command.summary + "\n\n";
  out += usage_text(command, options);
  for (const auto& group : option_groups(options)) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const OptionSpec* spec : group.options) rows.emplace_back(option_left(*spec, true), brief_right(*spec));
    out += "\n" + group.title + ":\n" + two_columns(rows, kLeftLimit);
  }
  return out + "\nquern " + command.name + " --help tells more.\n";
}

std::string full_help(const Command& command, const Options& options) {
  std::string out = "quern " + command.name + " — " + command.summary + "\n\n";
  out += usage_text(command, options);
  if (!command.examples.empty()) out += "\nExamples:\n" + examples_text(command);
  if (!command.description.empty()) out += "\n" + paragraphs(command.description, 0);
  for (const auto& group : option_groups(options)) {
    out += "\n" + group.title + ":\n";
    for (const OptionSpec* spec : group.options) {
      out += "  " + option_left(*spec, false) + "\n";
      for (const auto& line : wrap(full_text(*spec), 6)) out += line + "\n";
    }
  }
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [status, meaning] : exit_meanings()) rows.emplace_back(status, meaning);
  out += "\nExit status:\n" + two_columns(rows, kLeftLimit);
  if (!command.see_also.empty()) {
    std::string list;
    for (const auto& name : command.see_also) list += (list.empty() ? "quern " : ", quern ") + name;
    out += "\nSee also: " + list + "\n";
  }
  return out;
}

}  // namespace quern::cli
