#include "cli/layers.h"

#include <cstdlib>

#include "cli/config_file.h"
#include "core/error.h"

namespace quern::cli {
namespace {

struct Source {
  Origin origin;
  std::string note;  // names the place in error messages: "QUERN_AS", "run.toml:3"; empty for the command line
  Where where;
};

std::string shown_name(const OptionSpec& spec) {
  return spec.is_operand ? "operand " + spec.name : "option --" + spec.name;
}

// "option --as is "idz", expected ids or tokens; did you mean ids?"
[[noreturn]] void refuse(const OptionSpec& spec, const std::string& value, const Source& source, const Error& why) {
  const bool from_line = source.origin == Origin::command_line;
  const std::string subject = from_line || source.origin == Origin::file ? shown_name(spec) : source.note;
  Error error(from_line ? ErrorCode::usage : ErrorCode::config, subject + " is \"" + value + "\", " + why.message());
  throw error.at(source.where).remedy(why.remedy());
}

void assign(OptionSpec& spec, const std::string& value, const Source& source) {
  if (spec.origin != source.origin && spec.clear) spec.clear();
  try {
    spec.assign(value);
  } catch (const Error& why) {
    if (why.code() != ErrorCode::usage) throw;
    refuse(spec, value, source, why);
  }
  spec.origin = source.origin;
  spec.origin_note = source.note;
}

const char* environment_value(const OptionSpec& spec) {
  const std::string variable = environment_name(spec);
  const char* value = variable.empty() ? nullptr : std::getenv(variable.c_str());
  return value != nullptr && *value != '\0' ? value : nullptr;
}

// --config itself can come from the command line or from QUERN_CONFIG.
std::string config_path(const Options& options, const Arguments& arguments) {
  const OptionSpec* config = options.find("config");
  if (config == nullptr) return {};
  std::string path;
  if (const char* value = environment_value(*config)) path = value;
  for (const auto& assignment : arguments.assignments) {
    if (assignment.spec == config) path = assignment.value;
  }
  return path;
}

std::string origin_text(const OptionSpec& spec) {
  switch (spec.origin) {
    case Origin::standard:
      return "default";
    case Origin::file:
      return spec.origin_note;
    case Origin::environment:
      return "environment, " + spec.origin_note;
    case Origin::command_line:
      return "command line";
  }
  return {};
}

}  // namespace

void apply_layers(const std::string& command, Options& options, const Arguments& arguments) {
  const std::string path = config_path(options, arguments);
  if (!path.empty()) {
    for (const auto& entry : read_config_file(path, command)) {
      const Source source{Origin::file, path + ":" + std::to_string(entry.line), Where{path, entry.line}};
      if (OptionSpec* spec = options.find(entry.name)) assign(*spec, entry.value, source);
    }
  }
  for (const auto& spec : options.specs()) {
    const char* value = environment_value(*spec);
    if (value != nullptr) assign(*spec, value, {Origin::environment, environment_name(*spec), Where{command}});
  }
  for (const auto& assignment : arguments.assignments) {
    assign(*assignment.spec, assignment.value, {Origin::command_line, {}, Where{command}});
  }
}

void require_all(const std::string& command, const Options& options) {
  for (const auto& spec : options.specs()) {
    if (!spec->is_required || spec->origin != Origin::standard) continue;
    const std::string what =
        spec->is_operand ? "operand " + spec->name : "option --" + spec->name + " " + spec->value_name;
    throw Error(ErrorCode::usage, what + " is missing").at(command).remedy("quern " + command + " -h shows the usage");
  }
}

std::string dump_config(const std::string& command, const Options& options) {
  std::string out = "[" + (command.find(' ') == std::string::npos ? command : toml_string(command)) + "]\n";
  for (const auto& spec : options.specs()) {
    if (spec->is_operand || spec->is_action || spec->name == "config") continue;
    const std::string value = spec->current_text();
    const std::string setting = value.empty() ? "# " + spec->name + " =" : spec->name + " = " + value;
    out += setting + "  # " + (value.empty() ? "not set" : origin_text(*spec)) + "\n";
  }
  return out;
}

}  // namespace quern::cli
