// From the words on the command line to a command.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace quern::cli {

struct Found {
  const Command* command = nullptr;  // nullptr: words[0] is only the first word of commands ("corpus")
  std::size_t words = 0;             // how many words its name took
};

// Two-word names first. Throws Error{usage} with a suggestion when the words begin no command.
Found find_command(const std::vector<std::string>& words);

// The command line as a shell would read it back: "quern encode -t 'my tokenizer.json'".
std::string quote_command_line(const std::vector<std::string>& words);

}  // namespace quern::cli
