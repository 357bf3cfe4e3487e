#include "cli/universal.h"

namespace quern::cli {
namespace {

void declare(Options& options, Universal& universal) {
  const std::string group = "Options of every command";
  OptionSpec help;
  help.short_name = 'h';
  help.name = "help";
  help.kind = ValueKind::flag;
  help.is_action = true;
  help.assign = [&universal](const std::string&) { universal.help = true; };
  help.current_text = [&universal] { return universal.help ? "true" : "false"; };
  options.declare(std::move(help)).group(group).help("the options in short; --help shows the whole page");

  options.flag("quiet", universal.quiet, 'q').group(group).help("no notices and no progress; warnings stay");
  options.flag("verbose", universal.verbose, 'v').group(group).help("tell more, and time and memory at the end");
  options
      .choice("progress", universal.progress,
              {{"auto", ProgressMode::automatic}, {"always", ProgressMode::always}, {"never", ProgressMode::never}})
      .group(group)
      .help("show progress on standard error")
      .details("auto draws a bar on a terminal and writes a line every 30 seconds elsewhere.");
  options.value("config", universal.config, "FILE")
      .path()
      .group(group)
      .help("read options from a TOML file")
      .details(
          "Keys are the long option names. Keys before the first table are for every command that has such an "
          "option; a table [NAME] is for one command ([tokenizer.train] or [\"tokenizer train\"] for two words). The "
          "command line and the environment override the file; a key that no command knows is an error.");

  OptionSpec dump;
  dump.name = "dump-config";
  dump.kind = ValueKind::flag;
  dump.is_action = true;
  dump.assign = [&universal](const std::string&) { universal.dump_config = true; };
  dump.current_text = [&universal] { return universal.dump_config ? "true" : "false"; };
  options.declare(std::move(dump))
      .group(group)
      .help("print the effective options as TOML and stop")
      .details(
          "Each value stands with its origin: command line, environment, file and line, or default. The output is "
          "what --config reads.");
}

}  // namespace

std::unique_ptr<BoundCommand> bind(const Command& command, Universal& universal) {
  auto bound = command.bind();
  declare(bound->options, universal);
  return bound;
}

}  // namespace quern::cli
