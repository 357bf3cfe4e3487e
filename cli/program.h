// One invocation of quern, without the process around it: main.cpp adds signals and exit status.
#pragma once

#include <string>
#include <vector>

namespace quern::cli {

// Runs the words behind "quern": 0, 3, or 2 after usage on stderr. Everything that goes wrong is thrown; errors that
// name no place get the command's name as one.
int run_program(const std::vector<std::string>& words);

}  // namespace quern::cli
