#include "cli/complete.h"

#include <memory>
#include <vector>

#include "cli/command.h"
#include "cli/universal.h"

namespace quern::cli {
namespace {

struct Entry {
  const Command* command;
  std::vector<const OptionSpec*> options;  // hidden ones left out
  std::vector<const OptionSpec*> operands;
};

// Every command with its rows; the rows stay alive as long as `keep`.
std::vector<Entry> entries(std::vector<std::unique_ptr<BoundCommand>>& keep, Universal& universal) {
  std::vector<Entry> all;
  for (const Command* command : commands()) {
    keep.push_back(bind(*command, universal));
    Entry entry{command, {}, {}};
    for (const auto& spec : keep.back()->options.specs()) {
      if (!spec->is_hidden) (spec->is_operand ? entry.operands : entry.options).push_back(spec.get());
    }
    all.push_back(std::move(entry));
  }
  return all;
}

// The names an option is called by on the command line.
std::vector<std::string> spellings(const OptionSpec& spec) {
  std::vector<std::string> names;
  if (spec.short_name != 0) names.push_back(std::string("-") + spec.short_name);
  names.push_back("--" + spec.name);
  if (spec.kind == ValueKind::flag && !spec.is_action) names.push_back("--no-" + spec.name);
  return names;
}

std::string join(const std::vector<std::string>& words, const std::string& separator) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : separator) + word;
  return out;
}

// First words of commands, each once, and the second words of those that have one.
std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const Command* command : commands()) {
    const std::string first = command->name.substr(0, command->name.find(' '));
    if (words.empty() || words.back() != first) words.push_back(first);
  }
  return words;
}

std::vector<std::string> second_words(const std::string& first) {
  std::vector<std::string> words;
  for (const Command* command : commands()) {
    if (command->name.compare(0, first.size() + 1, first + " ") == 0)
      words.push_back(command->name.substr(first.size() + 1));
  }
  return words;
}

// ' in single quotes, for bash and zsh: '\''.
std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// The part that every bash script of this kind has: which command, which word, what stands before "=".
const char* const kBashHead =
    R"(# bash completion for quern. Source this file, or put it in /usr/share/bash-completion/completions/quern.
_quern() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  # "--as=to" arrives as three words: bash breaks at "=".
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "$_quern_first --version --help" -- "$cur"))
    return
  fi
  local command=${COMP_WORDS[1]}
  local second=${_quern_second[$command]-}
  if [[ -n $second ]]; then
    if ((COMP_CWORD == 2)); then
      COMPREPLY=($(compgen -W "$second" -- "$cur"))
      return
    fi
    command+=" ${COMP_WORDS[2]}"
  fi
  local values=${_quern_values["$command $prev"]-}
  if [[ $values == FILE ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  elif [[ $values == VALUE ]]; then
    return
  elif [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$cur"))
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "${_quern_options[$command]-}" -- "$cur"))
  elif [[ -n ${_quern_operands[$command]-} ]]; then
    COMPREPLY=($(compgen -W "${_quern_operands[$command]}" -- "$cur"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -F _quern quern
)";

std::string bash_script(const std::vector<Entry>& all) {
  std::string second = "declare -gA _quern_second=(\n", options = "declare -gA _quern_options=(\n",
              values = "declare -gA _quern_values=(\n", operands = "declare -gA _quern_operands=(\n";
  for (const auto& word : first_words()) {
    const auto words = second_words(word);
    if (!words.empty()) second += "  [" + word + "]=\"" + join(words, " ") + "\"\n";
  }
  for (const auto& [command, rows, operand_rows] : all) {
    std::vector<std::string> names;
    for (const OptionSpec* spec : rows) {
      for (const auto& name : spellings(*spec)) {
        names.push_back(name);
        if (spec->kind == ValueKind::flag) continue;
        const std::string wanted = spec->kind == ValueKind::choice ? join(spec->choices, " ")
                                   : spec->kind == ValueKind::path ? "FILE"
                                                                   : "VALUE";
        values += "  [\"" + command->name + " " + name + "\"]=\"" + wanted + "\"\n";
      }
    }
    options += "  [\"" + command->name + "\"]=\"" + join(names, " ") + "\"\n";
    for (const OptionSpec* spec : operand_rows) {
      if (!spec->choices.empty()) operands += "  [\"" + command->name + "\"]=\"" + join(spec->choices, " ") + "\"\n";
    }
  }
  return std::string(kBashHead) + "_quern_first=\"" + join(first_words(), " ") + "\"\n" + second + ")\n" + options +
         ")\n" + values + ")\n" + operands + ")\n";
}

// '(-t --tokenizer)'{-t,--tokenizer}'[help]:FILE:_files'
std::string zsh_option(const OptionSpec& spec) {
  std::string text;
  for (const char c : spec.help_text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') text += '\\';
    text += c;
  }
  std::string action;
  if (spec.kind == ValueKind::choice) {
    action = ":" + spec.name + ":(" + join(spec.choices, " ") + ")";
  } else if (spec.kind != ValueKind::flag) {
    action = ":" + spec.value_name + ":" + (spec.kind == ValueKind::path ? "_files" : " ");
  }
  const auto names = spellings(spec);
  const std::string tail = shell_quoted("[" + text + "]" + action);
  if (names.size() == 1) return (spec.is_list ? "'*'" : "") + names[0] + tail;
  return (spec.is_list ? std::string("'*'") : "'(" + join(names, " ") + ")'") + "{" + join(names, ",") + "}" + tail;
}

std::string zsh_script(const std::vector<Entry>& all) {
  std::string out =
      "#compdef quern\n# zsh completion for quern. Put this file on $fpath as _quern.\n"
      "_quern() {\n  local command=$words[2]\n  local -a names\n  if (( CURRENT == 2 )); then\n    names=(\n";
  for (const auto& word : first_words()) {
    const auto second = second_words(word);
    for (const Command* command : commands()) {
      if (command->name == word) out += "      " + shell_quoted(word + ":" + command->summary) + "\n";
    }
    if (!second.empty()) out += "      " + shell_quoted(word + ":" + join(second, ", ")) + "\n";
  }
  out += "    )\n    _describe command names\n    return\n  fi\n  case $command in\n";
  for (const auto& word : first_words()) {
    const auto second = second_words(word);
    if (second.empty()) continue;
    out += "    " + word + ")\n      if (( CURRENT == 3 )); then\n        names=(" + join(second, " ") +
           ")\n        _describe command names\n        return\n      fi\n      command+=\" $words[3]\"\n"
           "      shift words\n      (( CURRENT-- ))\n      ;;\n";
  }
  out += "  esac\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const auto& [command, rows, operand_rows] : all) {
    out += "    " + shell_quoted(command->name) + ")\n      _arguments -s -S";
    for (const OptionSpec* spec : rows) out += " \\\n        " + zsh_option(*spec);
    for (const OptionSpec* spec : operand_rows) {
      const std::string action = spec->choices.empty() ? "_files" : "(" + join(spec->choices, " ") + ")";
      out += " \\\n        " + shell_quoted(std::string(spec->is_list ? "*" : "") + ":" + spec->name + ":" + action);
    }
    out += "\n      ;;\n";
  }
  return out + "  esac\n}\n_quern \"$@\"\n";
}

std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return out + "'";
}

std::string fish_script(const std::vector<Entry>& all) {
  std::string out =
      "# fish completion for quern. Put this file in ~/.config/fish/completions/quern.fish.\n"
      "function __quern_is\n"
      "    set -l words (commandline -opc)\n"
      "    set -e words[1]\n"
      "    test (count $words) -ge (count $argv); or return 1\n"
      "    test (string join ' ' -- $words[1..(count $argv)]) = (string join ' ' -- $argv)\n"
      "end\n"
      "function __quern_has\n"
      "    test (count (commandline -opc)) -eq $argv[1]; or return 1\n"
      "    test $argv[1] -eq 1; or __quern_is $argv[2]\n"
      "end\n";
  for (const auto& [command, rows, operand_rows] : all) {
    const std::size_t space = command->name.find(' ');
    const bool two = space != std::string::npos;
    const std::string first = command->name.substr(0, space);
    const std::string summary = fish_quoted(command->summary);
    out += "complete -c quern -f -n '__quern_has 1' -a " + first + (two ? "" : " -d " + summary) + "\n";
    if (two) {
      out += "complete -c quern -f -n '__quern_has 2 " + first + "' -a " + command->name.substr(space + 1) + " -d " +
             summary + "\n";
    }
    const std::string start = "complete -c quern -n '__quern_is " + command->name + "'";
    for (const OptionSpec* spec : rows) {
      const std::string help = " -d " + fish_quoted(spec->help_text);
      std::string line = start + " -l " + spec->name;
      if (spec->short_name != 0) line += std::string(" -s ") + spec->short_name;
      if (spec->kind == ValueKind::choice) line += " -x -a " + fish_quoted(join(spec->choices, " "));
      if (spec->kind == ValueKind::path) line += " -r -F";
      if (spec->kind != ValueKind::choice && spec->kind != ValueKind::path && spec->kind != ValueKind::flag)
        line += " -x";
      out += line + help + "\n";
      if (spec->kind == ValueKind::flag && !spec->is_action) out += start + " -l no-" + spec->name + "\n";
    }
    for (const OptionSpec* spec : operand_rows) {
      if (!spec->choices.empty()) out += start + " -f -a " + fish_quoted(join(spec->choices, " ")) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string completion_script(Shell shell) {
  std::vector<std::unique_ptr<BoundCommand>> keep;
  Universal universal;
  const auto all = entries(keep, universal);
  switch (shell) {
    case Shell::bash:
      return bash_script(all);
    case Shell::zsh:
      return zsh_script(all);
    case Shell::fish:
      return fish_script(all);
  }
  return {};
}

}  // namespace quern::cli
