// The pages that speak of several commands: quern alone, and the first word of a two-word command.
#include "cli/help.h"
#include "cli/text_layout.h"

namespace quern::cli {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

}  // namespace

std::string overview() {
  std::string out =
      "quern grinds text into models: it cleans corpora, trains and applies tokenizers, and\n"
      "streams everything, so inputs may be larger than memory and may come from a pipe.\n"
      "\n"
      "  quern corpus clean raw.txt | quern corpus dedup > clean.txt\n"
      "  quern tokenizer train clean.txt --preset gpt2 --vocab-size 32000 -o tok.json\n"
      "  quern encode -t tok.json clean.txt > ids.txt\n";
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
  return out + "\nquern COMMAND -h lists a command's options, quern help COMMAND shows its whole page.\n";
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
