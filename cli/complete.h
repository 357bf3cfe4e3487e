// Completion scripts for shells, from the command objects: commands, options, choices, and where files belong.
#pragma once

#include <string>

namespace quern::cli {

enum class Shell { bash, zsh, fish };

// A script to be sourced (bash), put on $fpath as _quern (zsh), or put in ~/.config/fish/completions (fish).
std::string completion_script(Shell shell);

}  // namespace quern::cli
