#include "cli/aligned_table.h"

#include <algorithm>

#include "core/text/unicode.h"
#include "core/text/utf8.h"

namespace quern::cli {

std::size_t display_width(std::string_view text) {
  std::string mended;
  if (!utf8::is_valid(text)) text = mended = utf8::replace_invalid(text);
  std::size_t width = 0;
  for (const char *p = text.data(), *end = p + text.size(); p < end;) {
    width += static_cast<std::size_t>(unicode::width(utf8::decode(p)));
  }
  return width;
}

std::string AlignedTable::text() const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      const std::string blanks(widths[i] - display_width(row[i]), ' ');
      line += columns_[i] == 'r' ? blanks + row[i] : row[i] + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace quern::cli
