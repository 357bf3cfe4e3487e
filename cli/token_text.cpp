#include "cli/token_text.h"

#include "core/json.h"

namespace quern::cli {

std::string one_line(std::string_view token) {
  std::string literal;
  append_json_string(literal, token);
  return literal.find('\\') == literal.npos ? std::string(token) : literal;
}

}  // namespace quern::cli
