// Pages about commands, and the whole command table for editors, scripts and the packager.
#include "cli/help.h"

#include "cli/commands/registry.h"
#include "cli/lookup.h"
#include "cli/man.h"
#include "cli/shared_options.h"
#include "cli/table_json.h"
#include "cli/universal.h"
#include "core/error.h"
#include "core/io/output.h"

namespace quern::cli {
namespace {

struct Config {
  std::vector<std::string> words;
  bool json = false;
  std::string man_folder;
  bool examples = false;
};

void declare(Options& options, Config& config) {
  std::vector<std::string> names;
  for (const Command* command : commands()) names.push_back(command->name);
  options.operands("COMMAND", config.words)
      .suggest(std::move(names))
      .help("the command to explain; none: the overview");
  shared::json(options, config.json);
  options.value("man", config.man_folder, "DIR").path()
      .help("write all manual pages into DIR")
      .details("The folder must exist; pages that are there already are replaced.");
  // For tests/cli/examples.
  options.flag("examples", config.examples).hidden().help("list every example as COMMAND, tab, EXAMPLE");
}

std::string page(const std::vector<std::string>& words) {
  if (words.empty()) return overview();
  const Found found = find_command(words);
  if (found.command == nullptr) return group_help(words[0]);
  if (words.size() > found.words) {
    throw Error(ErrorCode::usage, "quern " + found.command->name + " has no subcommand \"" + words[found.words] + "\"");
  }
  Universal universal;
  return full_help(*found.command, bind(*found.command, universal)->options);
}

std::string example_list() {
  std::string list;
  for (const auto& example : overview_examples()) list += "quern\t" + example.command + "\n";
  for (const Command* command : commands()) {
    for (const auto& example : command->examples) list += command->name + "\t" + example.command + "\n";
  }
  return list;
}

void write_man_pages(const std::string& folder) {
  for (const auto& [file, text] : man_pages()) write_file(folder + "/" + file, text, {.force = true});
}

void run(const Config& config, Context&) {
  if (!config.man_folder.empty()) return write_man_pages(config.man_folder);
  Output out = Output::to_stdout();
  out.write(config.json ? table_json() : config.examples ? example_list() : page(config.words));
  out.commit();
}

}  // namespace

const Command help = make_command<Config>({
    .name = "help",
    .group = Group::about,
    .summary = "explain a command",
    .description = "Prints the whole page of a command, the commands that begin with a word, or the overview.\n\n"
                   "The same table that the parser, the pages and the completions are made from is printed by --json, for "
                   "editors and programs.",
    .examples = {{"quern help completions", "the page of one command"},
                 {"quern help --json > quern.json", "every command, option, default and example as data"}},
    .see_also = {"completions", "doctor"},
}, declare, run);

}  // namespace quern::cli
