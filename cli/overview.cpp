// The pages that speak of several commands: quern alone, and the first word of a two-word command.
#include "cli/help.h"
#include "cli/text_layout.h"

namespace quern::cli {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

}  // namespace

const std::vector<Example>& overview_examples() {
  static const std::vector<Example> examples = {
      {"quern tokenizer train --vocab-size 1000 -o tokenizer.json corpus.txt", "learn a tokenizer"},
      {"quern encode -t mill.json corpus.txt", "turn text into token ids"},
      {"quern help encode", "read about a command"},
  };
  return examples;
}

std::string overview_description() {
  return "quern grinds text into models: it trains and applies tokenizers and prepares the corpora they come from. "
         "Everything streams, so input may be larger than memory and may come from a pipe.";
}

std::string overview() {
  std::string out = paragraphs(overview_description(), 0) + "\n";
  for (const auto& example : overview_examples()) out += "  " + example.command + "\n";
  Group group{};
  Rows rows;
  const auto close_group = [&] {
    if (!rows.empty()) out += "\n" + std::string(title(group)) + ":\n" + two_columns(std::exchange(rows, {}), 24);
  };
  for (const Command* command : commands()) {
    if (command->group != group) close_group();
    group = command->group;
    rows.emplace_back(command->name, command->summary);
  }
  close_group();
  return out + "\nquern COMMAND -h lists the options, quern help COMMAND shows the whole page.\n";
}

std::string group_help(const std::string& first_word) {
  Rows rows;
  for (const Command* command : commands()) {
    if (command->name.compare(0, first_word.size() + 1, first_word + " ") == 0) {
      rows.emplace_back(command->name, command->summary);
    }
  }
  return "usage: quern " + first_word + " COMMAND [OPTION…]\n\n" + two_columns(rows, 24);
}

}  // namespace quern::cli
