// Plain text for terminals: paragraphs broken at a width, and two-column lists. Columns are counted in code points.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quern::cli {

inline constexpr std::size_t kPageWidth = 79;

// Words of `text` broken into lines of at most `width` columns (a longer word stands alone), every line indented.
std::vector<std::string> wrap(std::string_view text, std::size_t indent, std::size_t width = kPageWidth);
// Paragraphs (separated by blank lines) wrapped one by one, a blank line between them, a newline at the end of each.
// A paragraph whose lines begin with spaces stays as it is: examples and tables.
std::string paragraphs(std::string_view text, std::size_t indent);
std::vector<std::string> split_paragraphs(std::string_view text);

// "  left   right": the right column begins behind the longest left text that is no longer than `limit`; a longer one
// gets a line of its own when its right text does not fit behind it.
std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t limit);

}  // namespace quern::cli
