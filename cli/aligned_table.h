// A table of text: columns as wide as their widest cell, two spaces apart; numbers to the right, words to the left.
//
//   AlignedTable table("lrr");                           // of each column: left or right
//   table.row({"tokenizer", "tokens", "bytes/token"});
//   table.row({"水车.json", "1,204", "4.31"});
//   out.write(table.text());
//
// Widths are columns of a terminal: a Chinese character takes two.
#pragma once

#include <string>
#include <vector>

namespace quern::cli {

class AlignedTable {
 public:
  explicit AlignedTable(std::string columns) : columns_(std::move(columns)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }  // at most as many as there are columns
  std::string text() const;

 private:
  std::string columns_;
  std::vector<std::vector<std::string>> rows_;
};

// In columns of a terminal.
std::size_t display_width(std::string_view text);

}  // namespace quern::cli
