// Pages about commands, and the whole command table for editors, scripts and the packager.
#include "cli/help.h"

#include "cli/commands/registry.h"
#include "cli/lookup.h"
#include "cli/universal.h"
#include "core/io/output.h"

namespace quern::cli {
namespace {

struct Config {
  std::vector<std::string> words;
};

void declare(Options& options, Config& config) {
  options.operands("COMMAND", config.words).help("the command to explain; none: the overview");
}

std::string page(const std::vector<std::string>& words) {
  if (words.empty()) return overview();
  const Found found = find_command(words);
  if (found.command == nullptr) return group_help(words[0]);
  Universal universal;
  return full_help(*found.command, bind(*found.command, universal)->options);
}

void run(const Config& config, Context&) {
  Output out = Output::to_stdout();
  out.write(page(config.words));
  out.commit();
}

}  // namespace

const Command help = make_command<Config>({
    .name = "help",
    .group = Group::about,
    .summary = "explain a command",
    .description = "Without a command, the overview of all of them.",
    .examples = {{"quern help help", "this page"}},
    .see_also = {},
}, declare, run);

}  // namespace quern::cli
