// A man(7) page being written, line by line: escaping, macros and line breaking in one place.
//
//   Roff page("QUERN-ENCODE", 1);
//   page.section("NAME").text("quern-encode - turn text into token ids");
//   page.item(roff::bold("--as") + " " + roff::italic("FORM"), "What to print.");
//
// Text given to section, text, item and verbatim is plain; only item's head is roff already, made by bold, italic and
// plain.
#pragma once

#include <string>
#include <string_view>

namespace quern::cli {

namespace roff {
std::string plain(std::string_view text);  // escaped: backslashes, hyphens, quotes, non-ASCII
std::string bold(std::string_view text);
std::string italic(std::string_view text);
}  // namespace roff

class Roff {
 public:
  Roff(const std::string& title, int section);

  Roff& section(const std::string& title);
  Roff& subsection(const std::string& title);
  Roff& line(const std::string& roff);      // one line of ready roff
  Roff& text(std::string_view paragraphs);  // paragraphs, wrapped; indented ones stay as they are
  Roff& item(const std::string& head_roff, std::string_view body);  // a tagged paragraph
  Roff& verbatim(std::string_view lines);                           // an indented block, unfilled

  const std::string& str() const { return out_; }

 private:
  void fill(std::string_view paragraph);
  std::string out_;
};

}  // namespace quern::cli
