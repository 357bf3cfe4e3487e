// Manual pages in man(7) roff, from the command objects. `quern help --man DIR` writes them; man/ holds them,
// committed, and a test compares. They are clean under `mandoc -Tlint -Wwarning`.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace quern::cli {

struct ManPage {
  std::string file;  // "quern-encode.1"
  std::string text;
};

// quern.1, one page for each command, quern-formats.5.
std::vector<ManPage> man_pages();

std::string man_name(const std::string& command);  // "tokenizer train" → "quern-tokenizer-train"

// quern-formats.5: what quern reads and writes, one section a form (cli/formats_page.cpp).
struct FormatNote {
  std::string name;  // "tokenizer.json"
  std::string use;   // "read and written", "read"
  std::string text;  // paragraphs
};
struct FormatSection {
  std::string title;
  std::vector<FormatNote> notes;
};
const std::vector<FormatSection>& format_sections();

}  // namespace quern::cli
