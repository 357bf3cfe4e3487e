// A command is one object: its name, its option table, its examples and its function. One file each in cli/commands/;
// the list is cli/commands/registry.cpp.
//
//   const Command encode = make_command<Config>({.name = "encode", …}, declare, run);
//
// declare(Options&, Config&) binds the fields of a fresh Config to options; run(const Config&, Context&) does the work
// and returns nothing (exit 0) or throws. A command with a negative answer returns int (0 or 3).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "cli/context.h"
#include "cli/options.h"

namespace quern::cli {

enum class Group { corpora, tokenizers, embeddings, encoders, language_models, about };

struct Example {
  std::string command;  // as typed, beginning with "quern" or a pipe that contains it; executed as a test
  std::string says;     // one line: what it shows
};

struct CommandInfo {
  std::string name;     // "encode", "tokenizer train"
  Group group = Group::about;
  std::string summary;  // one line, lower case, no full stop: completes "quern NAME — …"
  std::string description;          // paragraphs, separated by blank lines, for --help and the man page
  std::vector<Example> examples;
  std::vector<std::string> see_also;
};

// A command with its options bound to one Config, ready to be parsed and run once.
class BoundCommand {
 public:
  virtual ~BoundCommand() = default;
  virtual int run(Context& context) = 0;
  Options options;
};

struct Command : CommandInfo {
  std::function<std::unique_ptr<BoundCommand>()> bind;
};

template <class Config, class Declare, class Run>
Command make_command(CommandInfo info, Declare declare, Run run) {
  struct Bound final : BoundCommand {
    Config config;
    Run function;
    explicit Bound(Run r) : function(r) {}
    int run(Context& context) override {
      if constexpr (std::is_void_v<std::invoke_result_t<Run, const Config&, Context&>>) {
        function(config, context);
        return 0;
      } else {
        return function(config, context);
      }
    }
  };
  Command command;
  static_cast<CommandInfo&>(command) = std::move(info);
  command.bind = [declare, run] {
    auto bound = std::make_unique<Bound>(run);
    declare(bound->options, bound->config);
    return bound;
  };
  return command;
}

// All commands in the order of the overview; names are unique.
const std::vector<const Command*>& commands();

}  // namespace quern::cli
