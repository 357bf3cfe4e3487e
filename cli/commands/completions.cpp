// Completion scripts for shells.
#include "cli/commands/registry.h"
#include "cli/complete.h"
#include "core/io/output.h"

namespace quern::cli {
namespace {

struct Config {
  Shell shell = Shell::bash;
};

void declare(Options& options, Config& config) {
  options.choice("SHELL", config.shell, {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}})
      .as_operand()
      .required()
      .default_text("")
      .help("the shell to write for");
}

void run(const Config& config, Context&) {
  Output out = Output::to_stdout();
  out.write(completion_script(config.shell));
  out.commit();
}

}  // namespace

const Command completions = make_command<Config>({
    .name = "completions",
    .group = Group::about,
    .summary = "print a completion script for a shell",
    .description =
        "The script completes commands, options, their choices and file names.\n\n"
        "bash: source it from ~/.bashrc, or save it as quern in /usr/share/bash-completion/completions. zsh: save it as "
        "_quern in a folder of $fpath. fish: save it as ~/.config/fish/completions/quern.fish.",
    .examples = {{"source <(quern completions bash)", "complete in this bash from now on"},
                 {"quern completions fish > quern.fish", "a script for fish"}},
    .see_also = {"help"},
}, declare, run);

}  // namespace quern::cli
