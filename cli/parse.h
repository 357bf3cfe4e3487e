// The command line of one command, taken apart by its option table.
//
//   const Arguments arguments = parse_arguments("encode", words, options);
//   apply_layers("encode", options, arguments);        // cli/layers.h: environment, file, then these
//
// GNU manners: options anywhere, `--` ends them, `-` is an operand, --name=value or --name value, -n value or -nvalue,
// short flags in one cluster, bare --name where an option implies a value, negative numbers as values and operands, no abbreviations.
// parse.cpp is the only file that knows CLI11; none of its exceptions, messages or exit codes leave it.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"

namespace quern::cli {

struct Assignment {
  OptionSpec* spec;
  std::string value;
};

enum class HelpRequest { none, brief, full };  // -h, --help

struct Arguments {
  HelpRequest help = HelpRequest::none;
  std::vector<Assignment> assignments;  // in the order given; operands last
};

// Throws Error{usage} for unknown options, missing values and operands there is no place for; not when help is asked.
// Values are not looked at yet. `command` is what errors name.
Arguments parse_arguments(const std::string& command, const std::vector<std::string>& words, Options& options);

}  // namespace quern::cli
