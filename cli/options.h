// The option table: what a command accepts, as data. Parser, -h, --help, man page, completions, `help --json`,
// configuration files and environment variables are all derived from it.
//
//   options.value('t', "tokenizer", config.tokenizer, "FILE").required().path()
//       .help("tokenizer file or model folder");
//   options.choice("as", config.as, {{"ids", IdFormat::ids}, {"tokens", IdFormat::tokens}}).help("what to print");
//   options.value("dropout", config.dropout, "P").between(0, 1).help("skip merges at random");
//   options.flag("special", config.special).help("add the tokenizer's special tokens");     // also --no-special
//   options.operands("FILE", config.files).help("…");
//
// An option is bound to a variable, which holds the default when declared. Values arrive from four layers, the higher
// one wins: command line, environment (QUERN_<NAME> with '-' as '_'), --config TOML, default. Booleans accept
// --name and --no-name. A repeated scalar takes the last value; a list option takes every value.
// Declaring two options of one name is a bug and throws Error{internal}.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace quern::cli {

enum class ValueKind { flag, text, path, integer, number, size, choice };
const char* name(ValueKind kind);
enum class Origin { standard, file, environment, command_line };  // who set the value, weakest first

// One row of the table.
struct OptionSpec {
  char short_name = 0;          // 0: none
  std::string name;             // long, kebab-case, without dashes; of an operand: what it holds, "FILE"
  std::string value_name;       // "FILE", "N"; empty for flags
  ValueKind kind = ValueKind::text;
  std::vector<std::string> choices;  // all that a choice takes; of other kinds, what completions offer
  std::string default_text;     // as it would be typed; empty when there is none
  std::string implied_text;     // what a bare --name stands for; empty: it needs a value
  std::string help_text;        // one line, no full stop; 45 characters fit one line of -h
  std::string details_text;     // further sentences for --help and the man page
  std::string group = "Options";
  bool is_required = false;
  bool is_list = false;
  bool is_operand = false;
  bool is_hidden = false;
  bool is_action = false;       // asks for something else than the command's work (--help): command line only, no --no-
  // Sets the bound variable; throws Error{usage} "expected …" (the parser adds option, value and origin).
  std::function<void(const std::string&)> assign;
  std::function<void()> clear;                  // lists: forget the values of a weaker layer
  std::function<std::string()> current_text;    // as TOML value, for --dump-config; "" when there is none
  Origin origin = Origin::standard;             // who set the current value
  std::string origin_note;                      // "QUERN_SEED", "run.toml:3"
};

// Fluent access to a row just declared.
class Option {
 public:
  explicit Option(OptionSpec& spec) : spec_(&spec) {}
  Option& help(std::string text) { return spec_->help_text = std::move(text), *this; }
  Option& details(std::string text) { return spec_->details_text = std::move(text), *this; }
  Option& group(std::string text) { return spec_->group = std::move(text), *this; }
  Option& required() { return spec_->is_required = true, *this; }
  Option& path() { return spec_->kind = ValueKind::path, *this; }
  Option& hidden() { return spec_->is_hidden = true, *this; }
  // Words that completions offer, though others are taken too.
  Option& suggest(std::vector<std::string> words) { return spec_->choices = std::move(words), *this; }
  // --name may stand alone and then means --name=text. The next word is its value only if it is one of the choices (or
  // suggestions), or a number where the option takes others too.
  Option& implied(std::string text) { return spec_->implied_text = std::move(text), *this; }
  // The row stands for a word without a name: options.choice("SHELL", …).as_operand().
  Option& as_operand();
  // Where the value does not say it: default_text("all"). Empty: no default is shown.
  Option& default_text(std::string text) { return spec_->default_text = std::move(text), *this; }
  // Numbers outside are refused.
  Option& at_least(double low);
  Option& between(double low, double high);

 private:
  OptionSpec* spec_;
};

class Options {
 public:
  Option flag(std::string name, bool& target, char short_name = 0);
  Option value(char short_name, std::string name, std::string& target, std::string value_name);
  Option value(char short_name, std::string name, std::int64_t& target, std::string value_name);
  Option value(char short_name, std::string name, double& target, std::string value_name);
  Option value(char short_name, std::string name, std::vector<std::string>& target, std::string value_name);
  template <class T>
  Option value(std::string name, T& target, std::string value_name) {
    return value(char{0}, std::move(name), target, std::move(value_name));
  }
  // Bytes, written 512M, 24G, 80%.
  Option size(std::string name, std::uint64_t& target, std::string value_name);
  template <class Enum>
  Option choice(std::string name, Enum& target, std::initializer_list<std::pair<const char*, Enum>> choices);
  Option operands(std::string value_name, std::vector<std::string>& target);
  Option operand(std::string value_name, std::string& target);
  // A row whose assign and current_text are written by hand.
  Option declare(OptionSpec spec) { return Option(add(std::move(spec))); }

  // What must hold between options, asked after all layers are in and before the command runs; throws Error{usage}.
  void check(std::function<void()> rule) { rules_.push_back(std::move(rule)); }
  void run_checks() const;

  const std::vector<std::unique_ptr<OptionSpec>>& specs() const { return specs_; }
  OptionSpec* find(const std::string& name) const;  // by long name, operands apart; nullptr when unknown
  bool was_set(const std::string& name) const;      // by any layer above the default

 private:
  OptionSpec& add(OptionSpec spec);
  Option choice_by_index(std::string name, std::vector<std::string> names, std::function<void(std::size_t)> set,
                         std::function<std::size_t()> get);
  std::vector<std::unique_ptr<OptionSpec>> specs_;
  std::vector<std::function<void()>> rules_;
};

template <class Enum>
Option Options::choice(std::string name, Enum& target, std::initializer_list<std::pair<const char*, Enum>> choices) {
  std::vector<std::string> names;
  std::vector<Enum> values;
  for (const auto& [text, value] : choices) names.emplace_back(text), values.push_back(value);
  return choice_by_index(
      std::move(name), std::move(names), [&target, values](std::size_t i) { target = values[i]; },
      [&target, values] {
        std::size_t i = 0;
        while (i < values.size() && values[i] != target) ++i;
        return i;
      });
}

// QUERN_MAX_LENGTH for "max-length"; "" when no variable sets the option (actions, operands, reserved names).
std::string environment_name(const OptionSpec& spec);
// A TOML basic string with its quotes.
std::string toml_string(const std::string& text);

}  // namespace quern::cli
