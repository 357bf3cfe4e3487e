#include "cli/context.h"

#include <unistd.h>

#include <string_view>

namespace quern::cli {
namespace {

// Straight to the descriptor, in one write so that lines of parallel processes do not mix. A message that cannot be
// written has nowhere to be reported.
void write_line(const std::string& text) {
  Progress::clear_line();
  const std::string line = "quern: " + text + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void Context::notice(const std::string& text) const {
  if (!quiet) write_line(text);
}

void Context::warning(const std::string& text) const { write_line(text); }

}  // namespace quern::cli
