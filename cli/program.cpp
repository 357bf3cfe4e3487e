#include "cli/program.h"

#include <chrono>
#include <cstdio>

#include "cli/help.h"
#include "cli/layers.h"
#include "cli/lookup.h"
#include "cli/parse.h"
#include "cli/shared_options.h"
#include "cli/universal.h"
#include "cli/version.h"
#include "core/error.h"
#include "core/io/output.h"
#include "core/memory.h"

namespace quern::cli {
namespace {

int print(const std::string& text) {
  Output out = Output::to_stdout();
  out.write(text);
  out.commit();
  return 0;
}

int refuse_with(const std::string& usage) {
  std::fputs(usage.c_str(), stderr);
  return 2;
}

// -v: what it took, as the last line.
void report_cost(const Context& context, std::chrono::steady_clock::time_point start) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  char text[80];
  std::snprintf(text, sizeof text, "%.2f s, at most %s of memory", seconds.count(),
                format_size(peak_resident_memory()).c_str());
  context.notice(text);
}

int run_command(const Command& command, const std::vector<std::string>& words, const std::string& command_line) {
  Universal universal;
  const auto bound = bind(command, universal);
  const Arguments arguments = parse_arguments(command.name, words, bound->options);
  if (arguments.help == HelpRequest::brief) return print(brief_help(command, bound->options));
  if (arguments.help == HelpRequest::full) return print(full_help(command, bound->options));
  apply_layers(command.name, bound->options, arguments);
  if (universal.dump_config) return print(dump_config(command.name, bound->options));
  require_all(command.name, bound->options);
  bound->options.run_checks();

  Context context;
  context.quiet = universal.quiet;
  context.verbosity = universal.verbose ? 1 : 0;
  context.progress = universal.quiet ? ProgressMode::never : universal.progress;
  context.command_line = command_line;
  const auto start = std::chrono::steady_clock::now();
  int status = 0;
  try {
    status = bound->run(context);
  } catch (const ShowUsage&) {
    return refuse_with("usage: " + usage_line(command, bound->options) + "\nquern " + command.name +
                       " -h lists the options. No input was named and standard input is a terminal; - reads it.\n");
  }
  if (universal.verbose) report_cost(context, start);
  return status;
}

}  // namespace

int run_program(const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "-h" || words[0] == "--help") return print(overview());
  if (words[0] == "--version" || words[0] == "-V") return print("quern " + std::string(kVersion) + "\n");
  const Found found = find_command(words);
  if (found.command == nullptr) {
    const std::string usage = group_help(words[0]);
    return words.size() > 1 && (words[1] == "-h" || words[1] == "--help") ? print(usage) : refuse_with(usage);
  }
  const std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(found.words), words.end());
  try {
    return run_command(*found.command, rest, quote_command_line(words));
  } catch (Error& error) {
    if (error.where().path.empty()) error.at(found.command->name);
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::memory, "out of memory")
        .at(found.command->name)
        .remedy("free some, or set a smaller budget with --memory where the command has it");
  }
}

}  // namespace quern::cli
