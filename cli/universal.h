// The options every command has, and a command bound together with them.
#pragma once

#include <memory>
#include <string>

#include "cli/command.h"
#include "core/progress.h"

namespace quern::cli {

struct Universal {
  bool help = false;  // -h and --help are told apart by the parser
  bool quiet = false;
  bool verbose = false;
  ProgressMode progress = ProgressMode::automatic;
  std::string config;
  bool dump_config = false;
};

// command.bind() plus the universal options, in a group of their own at the end. `universal` must outlive the result.
std::unique_ptr<BoundCommand> bind(const Command& command, Universal& universal);

}  // namespace quern::cli
