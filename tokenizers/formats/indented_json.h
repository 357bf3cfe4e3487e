// Writes JSON as serde's pretty printer does, which Hugging Face saves with: two spaces of indent, one value a line.
//
//   IndentedJson json;
//   json.open('{');
//   json.key("vocab").open('[');
//   json.element().text("a");
//   json.close(']');
//   json.close('}');
//   std::string text = json.take();
//
// Values are given in order; a container opened is closed again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quern::formats {

class IndentedJson {
 public:
  void open(char bracket) { out_ += bracket, ++depth_, empty_ = true; }
  void close(char bracket);
  IndentedJson& key(std::string_view name);
  IndentedJson& element();
  void text(std::string_view value);
  void character(char32_t value);
  void literal(std::string_view value) { out_ += value; }
  void null() { literal("null"); }
  void boolean(bool value) { literal(value ? "true" : "false"); }
  void natural(std::uint64_t value) { out_ += std::to_string(value); }
  void number(double value);  // decimal_number.h
  std::string take() { return std::move(out_); }

 private:
  void new_line() { out_.append(1, '\n').append(2 * depth_, ' '); }

  std::string out_;
  std::size_t depth_ = 0;
  bool empty_ = true;
};

}  // namespace quern::formats
