// Where values come from: command line over environment over --config file over default.
//
//   [encode]                        # for one command; also ["tokenizer train"] or [tokenizer.train]
//   as = "tokens"
//   threads = 4                     # before the first table: for every command that has the option
//
// A key or table that no command knows is Error{config} naming file, line and what was probably meant, so a
// misspelt setting never passes silently.
#pragma once

#include <string>

#include "cli/parse.h"

namespace quern::cli {

// Assigns all layers, weakest first, and leaves in every row who set it. Throws Error{usage} or Error{config} naming
// the option, the value and its origin. Required options are not asked for here.
void apply_layers(const std::string& command, Options& options, const Arguments& arguments);

// Error{usage} for the first option or operand that is required and was given by no layer.
void require_all(const std::string& command, const Options& options);

// The effective values as TOML that --config reads back, each with its origin in a comment.
std::string dump_config(const std::string& command, const Options& options);

}  // namespace quern::cli
