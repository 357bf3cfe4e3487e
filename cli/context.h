// What a running command knows of the world: where messages go, how chatty to be, and the program's arguments.
// Passed to every run(); nothing in quern reaches for globals instead.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/progress.h"

namespace quern::cli {

class Context {
 public:
  bool quiet = false;
  int verbosity = 0;
  ProgressMode progress = ProgressMode::automatic;
  std::string command_line;  // re-quoted, for provenance

  // One line on stderr, "quern: " first; not with --quiet. Clears a progress bar before it writes.
  void notice(const std::string& text) const;
  // The same, even with --quiet: something the user must know (data was replaced or skipped).
  void warning(const std::string& text) const;
};

}  // namespace quern::cli
