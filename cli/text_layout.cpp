#include "cli/text_layout.h"

#include <algorithm>

#include "core/text/utf8.h"

namespace quern::cli {

std::vector<std::string> wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \n", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const std::size_t word_columns = utf8::count_code_points(word);
    if (!line.empty() && columns + 1 + word_columns > width) lines.push_back(std::exchange(line, {}));
    if (line.empty()) {
      line.assign(indent, ' ');
      columns = indent;
    } else {
      line += ' ', ++columns;
    }
    line += word;
    columns += word_columns;
    at = end;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> split_paragraphs(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", at), text.size());
    if (end > at) all.emplace_back(text.substr(at, end - at));
    at = end + 2;
  }
  return all;
}

std::string paragraphs(std::string_view text, std::size_t indent) {
  std::string out;
  for (const auto& paragraph : split_paragraphs(text)) {
    if (!out.empty()) out += '\n';
    if (paragraph.front() == ' ') {
      out += paragraph + "\n";
    } else {
      for (const auto& line : wrap(paragraph, indent)) out += line + "\n";
    }
  }
  return out;
}

std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t limit) {
  constexpr std::size_t kMargin = 2, kGap = 2;
  std::size_t longest = 0;
  for (const auto& [left, right] : rows) {
    const std::size_t columns = utf8::count_code_points(left);
    if (columns <= limit) longest = std::max(longest, columns);
  }
  const std::size_t column = kMargin + longest + kGap;
  std::string out;
  for (const auto& [left, right] : rows) {
    const std::size_t used = kMargin + utf8::count_code_points(left);
    std::string line = std::string(kMargin, ' ') + left;
    if (used + kGap > column && used + kGap + utf8::count_code_points(right) <= kPageWidth) {
      out += line + "  " + right + "\n";
      continue;
    }
    if (used + kGap > column) out += std::exchange(line, {}) + "\n";
    const std::size_t filled = line.empty() ? 0 : used;
    const auto wrapped = wrap(right, column);
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
      out += (i == 0 && filled > 0 ? line + wrapped[0].substr(filled) : wrapped[i]) + "\n";
    }
    if (wrapped.empty()) out += line + "\n";
  }
  return out;
}

}  // namespace quern::cli
