#include "tokenizers/formats/indented_json.h"

#include "core/json.h"
#include "core/text/utf8.h"
#include "tokenizers/formats/decimal_number.h"

namespace quern::formats {
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

void IndentedJson::number(double value) { literal(decimal_for_hugging_face(value)); }

}  // namespace quern::formats
