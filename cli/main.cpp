// quern: one program, many commands. This file is the process: signals, the message of an error, the exit status.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "cli/program.h"
#include "core/error.h"
#include "core/io/output.h"
#include "core/io/unfinished_files.h"
#include "core/progress.h"
#include "core/stop.h"

namespace {

void complain(const std::string& text) {
  quern::Progress::clear_line();
  std::fprintf(stderr, "quern: %s\n", text.c_str());
}

// Ends as the signal's default action does, so that the shell sees 130, 141 or 143.
[[noreturn]] void die_by(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);
}

// What a signal does to a command that has nothing to save: it ends as it would by default, and leaves no temporary file.
void abandon(int signal) {
  quern::remove_unfinished_files();
  std::signal(signal, SIG_DFL);  // blocked while we are in here, delivered on return
  std::raise(signal);
}

void leave_nothing_behind() {
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    // Whoever started us with a signal ignored (nohup, a background job of a script) wants it ignored.
    if (std::signal(signal, abandon) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
}

int report(const quern::Error& error) {
  const bool is_bug = error.code() == quern::ErrorCode::internal;
  complain((is_bug ? "internal error: " : "") + error.describe() + (is_bug ? "; please report it" : ""));
  if (error.code() == quern::ErrorCode::interrupted && quern::Stop::signal() != 0) die_by(quern::Stop::signal());
  return exit_status(error.code());
}

int guarded(const std::vector<std::string>& words) {
  try {
    return quern::cli::run_program(words);
  } catch (const quern::BrokenPipe&) {
    die_by(SIGPIPE);
  } catch (const quern::Error& error) {
    return report(error);
  } catch (const std::exception& error) {
    return report(quern::Error(quern::ErrorCode::internal, error.what()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A parent may have ignored it; a filter whose reader leaves ends silently.
  std::signal(SIGPIPE, SIG_DFL);
  leave_nothing_behind();
  return guarded({argv + (argc > 0 ? 1 : 0), argv + argc});
}
