// What must hold for every command, whoever writes it.
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>

#include "cli/command.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "cli/man.h"
#include "cli/shared_options.h"
#include "cli/text_layout.h"
#include "cli/universal.h"
#include "core/text/utf8.h"

using namespace quern;
using namespace quern::cli;

namespace {

// Calls visit(command, options) for every command, universal options included.
template <class Visit>
void for_each_command(Visit visit) {
  for (const Command* command : commands()) {
    INFO("quern " << command->name);
    Universal universal;
    const auto bound = bind(*command, universal);
    visit(*command, bound->options);
  }
}

std::string too_long_line(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (utf8::count_code_points(line) > kPageWidth) return line;
  }
  return {};
}

// One line of plain words: no full stop, no blank at an end, lower case unless the first word is a name or a letter.
void check_line(const std::string& line) {
  INFO("\"" << line << "\"");
  REQUIRE_FALSE(line.empty());
  CHECK(line.back() != '.');
  CHECK(line.back() != ' ');
  CHECK(line.find('\n') == std::string::npos);
  const bool capital = line[0] >= 'A' && line[0] <= 'Z';
  const bool word = line.size() > 1 && line[1] >= 'a' && line[1] <= 'z';
  CHECK_FALSE((capital && word));
}

}  // namespace

TEST_CASE("commands have unique names, a summary and examples that call them") {
  std::set<std::string> names;
  for_each_command([&](const Command& command, const Options&) {
    CHECK(names.insert(command.name).second);
    check_line(command.summary);
    CHECK(utf8::count_code_points(command.summary) <= 60);
    CHECK_FALSE(command.examples.empty());
    for (const auto& example : command.examples) {
      CHECK(example.command.find("quern " + command.name) != std::string::npos);
      check_line(example.says);
    }
  });
}

TEST_CASE("commands of one group stand together, and so do those of one first word") {
  std::set<Group> groups;
  std::set<std::string> first_words;
  const Command* previous = nullptr;
  for (const Command* command : commands()) {
    const std::string first = command->name.substr(0, command->name.find(' '));
    if (previous == nullptr || previous->group != command->group) CHECK(groups.insert(command->group).second);
    if (previous == nullptr || previous->name.substr(0, previous->name.find(' ')) != first) {
      INFO(first);
      CHECK(first_words.insert(first).second);
    }
    previous = command;
  }
}

TEST_CASE("see also names commands that exist, and not the command itself") {
  std::set<std::string> names;
  for (const Command* command : commands()) names.insert(command->name);
  for_each_command([&](const Command& command, const Options&) {
    for (const auto& other : command.see_also) {
      INFO("see also " << other);
      CHECK(names.count(other) == 1);
      CHECK(other != command.name);
    }
  });
}

TEST_CASE("every option is documented") {
  for_each_command([](const Command&, const Options& options) {
    for (const auto& spec : options.specs()) {
      INFO("--" << spec->name);
      check_line(spec->help_text);
      if (spec->kind == ValueKind::choice) CHECK(spec->choices.size() >= 1);
      if (spec->kind != ValueKind::flag && spec->kind != ValueKind::choice) CHECK_FALSE(spec->value_name.empty());
      if (!spec->details_text.empty()) CHECK(spec->details_text.back() == '.');
      if (spec->is_required) CHECK(spec->default_text.empty());
    }
  });
}

TEST_CASE("option names are kebab case and leave --no- to flags") {
  for_each_command([](const Command&, const Options& options) {
    for (const auto& spec : options.specs()) {
      if (spec->is_operand) continue;
      INFO("--" << spec->name);
      CHECK(spec->name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
      CHECK(spec->name.rfind("no-", 0) != 0);
      if (!spec->is_action) CHECK_FALSE(environment_name(*spec).empty());
    }
  });
}

TEST_CASE("only the last operand is a list") {
  for_each_command([](const Command&, const Options& options) {
    bool list = false;
    for (const auto& spec : options.specs()) {
      if (!spec->is_operand) continue;
      CHECK_FALSE(list);
      list = spec->is_list;
    }
  });
}

TEST_CASE("shared options are spelled by their shared functions") {
  Options shared_table;
  Inputs inputs;
  OutputTarget output;
  std::int64_t threads = 0, seed = 0;
  std::uint64_t memory = 0;
  bool json = false, dry_run = false;
  ColorMode color{};
  shared::inputs(shared_table, inputs);
  shared::output(shared_table, output);
  shared::threads(shared_table, threads);
  shared::memory(shared_table, memory);
  shared::seed(shared_table, seed);
  shared::json(shared_table, json);
  shared::dry_run(shared_table, dry_run);
  shared::color(shared_table, color);
  std::map<char, std::string> short_names;
  for (const auto& spec : shared_table.specs()) {
    if (spec->short_name != 0) short_names[spec->short_name] = spec->name;
  }
  for_each_command([&](const Command&, const Options& options) {
    for (const auto& spec : options.specs()) {
      if (spec->is_operand) continue;
      INFO("--" << spec->name);
      if (const OptionSpec* same = shared_table.find(spec->name)) {
        CHECK(spec->help_text == same->help_text);
        CHECK(spec->short_name == same->short_name);
        CHECK(spec->value_name == same->value_name);
        CHECK(spec->kind == same->kind);
      }
      // A letter means the same everywhere.
      if (short_names.count(spec->short_name) == 1) CHECK(short_names[spec->short_name] == spec->name);
    }
  });
}

TEST_CASE("pages fit 79 columns") {
  CHECK(too_long_line(overview()).empty());
  for_each_command([](const Command& command, const Options& options) {
    CHECK(too_long_line(brief_help(command, options)).empty());
    CHECK(too_long_line(full_help(command, options)).empty());
  });
}

TEST_CASE("manual pages fit 79 columns") {
  for (const auto& page : man_pages()) {
    INFO(page.file);
    std::string text = page.text;
    std::erase(text, '\\');  // "\\-" is one column wide
    CHECK(too_long_line(text).empty());
  }
}

TEST_CASE("completions offer every option of every command") {
  const std::string bash = completion_script(Shell::bash);
  const std::string zsh = completion_script(Shell::zsh);
  const std::string fish = completion_script(Shell::fish);
  for_each_command([&](const Command& command, const Options& options) {
    for (const auto& spec : options.specs()) {
      if (spec->is_operand || spec->is_hidden) continue;
      INFO("--" << spec->name);
      CHECK(bash.find("--" + spec->name) != std::string::npos);
      CHECK(zsh.find("--" + spec->name) != std::string::npos);
      CHECK(fish.find("'__quern_is " + command.name + "' -l " + spec->name) != std::string::npos);
      if (spec->kind == ValueKind::flag) continue;
      CHECK(bash.find("[\"" + command.name + " --" + spec->name + "\"]") != std::string::npos);
    }
  });
}
