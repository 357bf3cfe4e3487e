// The command objects, one file each beside this one. commands() in cli/command.h lists them.
#pragma once

#include "cli/command.h"

namespace quern::cli {

extern const Command completions;
extern const Command doctor;
extern const Command help;

}  // namespace quern::cli
