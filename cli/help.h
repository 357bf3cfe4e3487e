// What the help pages say, from the command objects alone.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace quern::cli {

// What stands for an option's value: its name, or the choices as a|b|c when they are short, else WHAT.
std::string value_text(const OptionSpec& spec);
// How an option is written: "-t, --tokenizer FILE", "    --[no-]shuffle", "FILE…".
std::string option_left(const OptionSpec& spec, bool align_names);
// The option's paragraph in the full help and the man page: what it does, choices, default, details.
std::string full_text(const OptionSpec& spec);
// "quern encode [OPTION…] -t FILE [FILE…]": what is required, then the operands.
std::string usage_line(const Command& command, const Options& options);
// The groups in order of first appearance, hidden options left out; operands first.
struct OptionGroup {
  std::string title;
  std::vector<const OptionSpec*> options;
};
std::vector<OptionGroup> option_groups(const Options& options);
const char* title(Group group);

std::string brief_help(const Command& command, const Options& options);  // -h: one line per option, 79 columns
std::string full_help(const Command& command, const Options& options);   // --help: examples first, then everything
std::string overview();                                                  // quern alone
std::string overview_description();
const std::vector<Example>& overview_examples();
std::string group_help(const std::string& first_word);                   // "quern corpus": its commands

// The lines of every page's EXIT STATUS.
struct ExitMeaning {
  std::string status;
  std::string meaning;
};
const std::vector<ExitMeaning>& exit_meanings();

}  // namespace quern::cli
