#include "cli/man.h"

#include <algorithm>

#include "cli/help.h"
#include "cli/roff.h"
#include "cli/universal.h"

namespace quern::cli {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return text;
}

// "\fB\-t\fR, \fB\-\-tokenizer\fR \fIFILE\fR"
std::string option_head(const OptionSpec& spec) {
  if (spec.is_operand) return roff::italic(spec.name) + (spec.is_list ? "\\[u2026]" : "");
  std::string head = spec.short_name == 0 ? "" : roff::bold(std::string("-") + spec.short_name) + ", ";
  head += roff::bold("--" + spec.name);
  if (spec.kind == ValueKind::flag) return spec.is_action ? head : head + ", " + roff::bold("--no-" + spec.name);
  const std::string value = roff::italic(value_text(spec));
  return head + (spec.implied_text.empty() ? " " + value : " [" + value + "]");
}

void write_options(Roff& page, const Options& options) {
  page.section("OPTIONS");
  for (const auto& group : option_groups(options)) {
    page.subsection(group.title);
    for (const OptionSpec* spec : group.options) page.item(option_head(*spec), full_text(*spec));
  }
}

void write_examples(Roff& page, const std::vector<Example>& examples) {
  if (examples.empty()) return;
  page.section("EXAMPLES");
  bool first = true;
  for (const auto& example : examples) {
    if (!first) page.line(".PP");
    first = false;
    std::string says = example.says;
    if (!says.empty()) says[0] = static_cast<char>(says[0] >= 'a' && says[0] <= 'z' ? says[0] - 32 : says[0]);
    page.text(says + ":").verbatim(example.command);
  }
}

void write_exit_status(Roff& page) {
  page.section("EXIT STATUS");
  for (const auto& [status, meaning] : exit_meanings()) page.item(roff::bold(status), meaning);
}

void write_environment(Roff& page, const Options* options) {
  page.section("ENVIRONMENT");
  page.item(roff::bold("QUERN_") + roff::italic("OPTION"),
            "The value of an option that the command line does not give: the option's long name in capitals, - as _ "
            "(QUERN_ON_INVALID=skip). Flags take true or false. An empty variable counts as unset.");
  page.item(roff::bold("QUERN_ISA"),
            "Caps the instruction set that is used: baseline, avx2 or avx512. Results do not depend on it.");
  if (options == nullptr || options->find("memory") != nullptr) {
    page.item(roff::bold("TMPDIR"), "Where data goes that does not fit the memory budget; /tmp when unset.");
  }
  if (options == nullptr || options->find("color") != nullptr) {
    page.item(roff::bold("NO_COLOR"),
              "When it is set and not empty, output is not coloured unless --color always is given.");
  }
}

void write_files(Roff& page, const Options* options) {
  if (options != nullptr && options->find("output") == nullptr) return;
  page.section("FILES");
  page.item(
      roff::italic("OUTPUT") + roff::plain(".tmp.") + roff::italic("PID") + "." + roff::italic("N"),
      "An output that is still being written. It gets its name only when it is whole, and is removed on failure.");
}

void write_see_also(Roff& page, const std::vector<std::string>& names) {
  page.section("SEE ALSO");
  for (const auto& name : names) page.line(roff::bold(man_name(name)) + "(1),");
  page.line(roff::bold("quern") + "(1), " + roff::bold("quern-formats") + "(5)");
}

// The synopsis with the command in bold and the rest as -h has it.
std::string synopsis(const Command& command, const Options& options) {
  const std::string usage = usage_line(command, options);
  const std::size_t name_end = std::string("quern ").size() + command.name.size();
  return roff::bold(usage.substr(0, name_end)) + roff::plain(usage.substr(name_end));
}

ManPage command_page(const Command& command) {
  Universal universal;
  const auto bound = bind(command, universal);
  const std::string name = man_name(command.name);
  Roff page(upper(name), 1);
  page.section("NAME").line(roff::plain(name + " - " + command.summary));
  page.section("SYNOPSIS").line(synopsis(command, bound->options));
  page.section("DESCRIPTION")
      .text(command.description.empty() ? "quern " + command.name + ": " + command.summary + "." : command.description);
  write_examples(page, command.examples);
  write_options(page, bound->options);
  write_exit_status(page);
  write_environment(page, &bound->options);
  write_files(page, &bound->options);
  write_see_also(page, command.see_also);
  return {name + ".1", page.str()};
}

ManPage overview_page() {
  Roff page("QUERN", 1);
  page.section("NAME").line(roff::plain("quern - grind text into models"));
  page.section("SYNOPSIS");
  page.line(roff::bold("quern") + " " + roff::italic("COMMAND") + " [" + roff::italic("OPTION") + "\\[u2026]] [" +
            roff::italic("FILE") + "\\[u2026]]");
  page.section("DESCRIPTION").text(overview_description());
  write_examples(page, overview_examples());
  page.section("COMMANDS");
  const Command* previous = nullptr;
  for (const Command* command : commands()) {
    if (previous == nullptr || previous->group != command->group) page.subsection(title(command->group));
    page.item(roff::bold(man_name(command->name)) + "(1)", command->summary);
    previous = command;
  }
  page.section("OPTIONS");
  page.item(roff::bold("-h") + ", " + roff::bold("--help"), "Print the overview. After a command: its options.");
  page.item(roff::bold("-V") + ", " + roff::bold("--version"), "Print the version.");
  write_exit_status(page);
  write_environment(page, nullptr);
  write_files(page, nullptr);
  page.section("SEE ALSO").line(roff::bold("quern-formats") + "(5)");
  return {"quern.1", page.str()};
}

ManPage formats_page() {
  Roff page("QUERN-FORMATS", 5);
  page.section("NAME").line(roff::plain("quern-formats - files that quern reads and writes"));
  page.section("DESCRIPTION")
      .text(
          "Forms are told by content where they can be, and by suffix where they are written. Readers check sizes, ids "
          "and "
          "UTF-8 before they use them; an error names the file and the line or byte.");
  for (const auto& section : format_sections()) {
    page.section(upper(section.title));
    for (const auto& note : section.notes) page.item(roff::bold(note.name), note.use + ". " + note.text);
  }
  page.section("SEE ALSO").line(roff::bold("quern") + "(1)");
  return {"quern-formats.5", page.str()};
}

}  // namespace

std::string man_name(const std::string& command) {
  std::string name = "quern-" + command;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::vector<ManPage> man_pages() {
  std::vector<ManPage> pages = {overview_page()};
  for (const Command* command : commands()) pages.push_back(command_page(*command));
  pages.push_back(formats_page());
  return pages;
}

}  // namespace quern::cli
