#include "tokenizers/formats/indented_json.h"

#include <charconv>
#include <cmath>

#include "core/json.h"
#include "core/text/utf8.h"

namespace quern::formats {
namespace {

// "12345" with the decimal point behind `point` digits: 123.45, 1234500.0, 0.0012345, or 1.2345e+30.
std::string lay_out(const std::string& digits, int point) {
  const int size = static_cast<int>(digits.size());
  if (point > 16 || point <= -5) {
    std::string text = digits.substr(0, 1);
    if (size > 1) text += "." + digits.substr(1);
    return text + (point > 0 ? "e+" : "e") + std::to_string(point - 1);
  }
  if (point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (point >= size) return digits + std::string(static_cast<std::size_t>(point - size), '0') + ".0";
  return digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
}

}  // namespace

void IndentedJson::close(char bracket) {
  --depth_;
  if (!empty_) new_line();
  out_ += bracket, empty_ = false;
}

IndentedJson& IndentedJson::key(std::string_view name) {
  element();
  append_json_string(out_, name);
  out_ += ": ";
  return *this;
}

IndentedJson& IndentedJson::element() {
  if (!empty_) out_ += ',';
  new_line();
  empty_ = false;
  return *this;
}

void IndentedJson::text(std::string_view value) { append_json_string(out_, value); }

void IndentedJson::character(char32_t value) {
  std::string text_of_it;
  utf8::append(text_of_it, value);
  text(text_of_it);
}

void IndentedJson::number(double value) {
  if (value == 0) return literal(std::signbit(value) ? "-0.0" : "0.0");
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value), std::chars_format::scientific).ptr;
  const std::string scientific(buffer, end);  // d.dddde+xx
  const std::size_t e = scientific.find('e');
  std::string digits = scientific.substr(0, 1);
  if (e > 2) digits += scientific.substr(2, e - 2);
  if (value < 0) out_ += '-';
  out_ += lay_out(digits, std::stoi(scientific.substr(e + 1)) + 1);
}

}  // namespace quern::formats
