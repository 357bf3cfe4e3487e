#include "cli/config_file.h"

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <memory>
#include <set>

#include "cli/command.h"
#include "cli/suggest.h"
#include "cli/universal.h"
#include "core/error.h"
#include "core/io/input.h"

namespace quern::cli {
namespace {

class ConfigReader {
 public:
  ConfigReader(std::string path, std::string wanted) : path_(std::move(path)), wanted_(std::move(wanted)) {}

  std::vector<Setting> read(const toml::table& root) {
    // Shared keys first, so that the command's own table overrides them wherever it stands in the file.
    for (const auto& [key, node] : root) {
      if (!node.is_table()) read_shared(std::string(key.str()), node);
    }
    for (const auto& [key, node] : root) {
      if (const toml::table* table = node.as_table()) read_table(std::string(key.str()), *table);
    }
    return std::move(settings_);
  }

 private:
  [[noreturn]] void fail(const toml::node& node, const std::string& message, const std::string& remedy = {}) const {
    throw Error(ErrorCode::config, message).at(path_, node.source().begin.line).remedy(remedy);
  }

  void read_shared(const std::string& name, const toml::node& node) {
    std::vector<std::string> names;
    bool known = false, ours = false;
    for (const Command* command : commands()) {
      for (const std::string& option : settable(*command)) {
        names.push_back(option);
        if (option != name) continue;
        known = true;
        ours = ours || command->name == wanted_;
      }
    }
    if (!known) fail(node, "no command has an option \"" + name + "\"", did_you_mean(name, names));
    if (ours) take(name, node);
  }

  // [encode], ["tokenizer train"], or [tokenizer.train]: there `name` is a command's first word and the table holds
  // tables only.
  void read_table(const std::string& name, const toml::table& table) {
    std::vector<std::string> names;
    for (const Command* command : commands()) {
      if (command->name == name) return read_options(*command, table);
      names.push_back(command->name);
    }
    const bool is_first_word = std::any_of(names.begin(), names.end(), [&](const std::string& full) {
      return full.compare(0, name.size() + 1, name + " ") == 0;
    });
    if (!is_first_word) fail(table, "no command is called \"" + name + "\"", did_you_mean(name, names));
    for (const auto& [key, node] : table) {
      const std::string full = name + " " + std::string(key.str());
      const auto found = std::find_if(commands().begin(), commands().end(),
                                      [&](const Command* command) { return command->name == full; });
      if (found == commands().end()) fail(node, "no command is called \"" + full + "\"", did_you_mean(full, names));
      const toml::table* inner = node.as_table();
      if (inner == nullptr) fail(node, "\"" + full + "\" is a command, expected a table of its options");
      read_options(**found, *inner);
    }
  }

  void read_options(const Command& command, const toml::table& table) {
    const std::vector<std::string> names = settable(command);
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (std::count(names.begin(), names.end(), name) == 0) {
        fail(node, "quern " + command.name + " has no option \"" + name + "\"", did_you_mean(name, names));
      }
      if (command.name == wanted_) take(name, node);
    }
  }

  void take(const std::string& name, const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) return take_one(name, node);
    for (const toml::node& element : *array) take_one(name, element);
  }

  void take_one(const std::string& name, const toml::node& node) {
    Setting setting{name, {}, node.source().begin.line};
    if (const auto* text = node.as_string()) {
      setting.value = text->get();
    } else if (const auto* boolean = node.as_boolean()) {
      setting.value = boolean->get() ? "true" : "false";
    } else if (const auto* integer = node.as_integer()) {
      setting.value = std::to_string(integer->get());
    } else if (const auto* number = node.as_floating_point()) {
      char buffer[32];
      setting.value.assign(buffer, std::to_chars(buffer, buffer + sizeof buffer, number->get()).ptr);
    } else {
      fail(node, "\"" + name + "\" is neither a text, a number, true or false, nor a list of these");
    }
    settings_.push_back(std::move(setting));
  }

  // Names of the options of `command` that a file may set.
  static std::vector<std::string> settable(const Command& command) {
    std::vector<std::string> names;
    Universal universal;
    const auto bound = bind(command, universal);
    for (const auto& spec : bound->options.specs()) {
      if (!spec->is_operand && !spec->is_action && spec->name != "config") names.push_back(spec->name);
    }
    return names;
  }

  static std::string did_you_mean(const std::string& word, const std::vector<std::string>& names) {
    const std::string meant = nearest(word, names);
    return meant.empty() ? std::string() : "did you mean \"" + meant + "\"?";
  }

  std::string path_;
  std::string wanted_;
  std::vector<Setting> settings_;
};

}  // namespace

std::vector<Setting> read_config(const std::string& text, const std::string& path, const std::string& command) {
  try {
    const toml::table root = toml::parse(text, path);
    return ConfigReader(path, command).read(root);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::config, "not well-formed TOML: " + std::string(error.description()))
        .at(path, error.source().begin.line);
  }
}

std::vector<Setting> read_config_file(const std::string& path, const std::string& command) {
  std::string text;
  try {
    text = read_file(path, std::size_t{1} << 20);
  } catch (const Error& error) {  // a configuration that cannot be read is a configuration error: exit 2
    throw Error(ErrorCode::config, error.message()).at(error.where()).remedy("--config names a TOML file");
  }
  return read_config(text, path, command);
}

}  // namespace quern::cli
