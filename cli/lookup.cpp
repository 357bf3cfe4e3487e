#include "cli/lookup.h"

#include "cli/suggest.h"
#include "core/error.h"

namespace quern::cli {
namespace {

std::string first_word(const std::string& name) { return name.substr(0, name.find(' ')); }

[[noreturn]] void fail_unknown(const std::string& typed, const std::vector<std::string>& candidates) {
  const std::string meant = nearest(typed, candidates);
  throw Error(ErrorCode::usage, "unknown command \"" + typed + "\"")
      .remedy(meant.empty() ? "quern alone lists the commands" : "did you mean quern " + meant + "?");
}

}  // namespace

Found find_command(const std::vector<std::string>& words) {
  const std::string& first = words.at(0);
  const std::string two = words.size() > 1 ? first + " " + words[1] : first;
  bool begins_some = false;
  std::vector<std::string> all, siblings;
  for (const Command* command : commands()) {
    if (command->name == two && words.size() > 1) return {command, 2};
    all.push_back(command->name);
    if (first_word(command->name) != command->name) {
      all.push_back(first_word(command->name));
      if (first_word(command->name) == first) begins_some = true, siblings.push_back(command->name);
    }
  }
  for (const Command* command : commands()) {
    if (command->name == first) return {command, 1};
  }
  if (!begins_some) {
    // "tokeniser train": the mistake may be in the first of two words.
    const std::string meant = nearest(two, all);
    fail_unknown(meant.find(' ') != std::string::npos ? two : first, all);
  }
  const bool second_is_command = words.size() > 1 && words[1].compare(0, 1, "-") != 0;
  if (second_is_command) fail_unknown(two, siblings);
  return {nullptr, 1};
}

std::string quote_command_line(const std::vector<std::string>& words) {
  static const char* kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
  std::string line = "quern";
  for (const auto& word : words) {
    line += ' ';
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace quern::cli
