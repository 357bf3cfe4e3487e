#include "tokenizers/formats/json_cursor.h"

#include "core/json.h"
#include "tokenizers/formats/decimal_number.h"

namespace quern::formats {
namespace {

const Json& as_json(const void* value) { return *static_cast<const Json*>(value); }

}  // namespace

JsonDocument::JsonDocument(std::string_view text, std::string path)
    : path_(std::move(path)), value_(std::make_shared<const Json>(parse_json(text, path_, read_as_hugging_face))) {}

bool JsonCursor::is_null() const { return value_ == nullptr || as_json(value_).is_null(); }
bool JsonCursor::is_text() const { return value_ != nullptr && as_json(value_).is_string(); }
bool JsonCursor::is_object() const { return value_ != nullptr && as_json(value_).is_object(); }
bool JsonCursor::is_empty() const { return value_ == nullptr || as_json(value_).empty(); }

std::size_t JsonCursor::size() const {
  expect(value_ != nullptr && as_json(value_).is_structured(), "an array or an object");
  return as_json(value_).size();
}

JsonCursor JsonCursor::operator[](const std::string& key) const {
  expect(is_object(), "an object");
  const auto found = as_json(value_).find(key);
  return {found == as_json(value_).end() ? nullptr : &*found, path_, pointer_ + "/" + key};
}

const std::string& JsonCursor::text() const {
  expect(is_text(), "a string");
  return as_json(value_).get_ref<const std::string&>();
}

bool JsonCursor::boolean() const {
  expect(value_ != nullptr && as_json(value_).is_boolean(), "true or false");
  return as_json(value_).get<bool>();
}

double JsonCursor::number() const {
  expect(value_ != nullptr && as_json(value_).is_number(), "a number");
  return as_json(value_).get<double>();
}

std::uint64_t JsonCursor::natural() const {
  expect(value_ != nullptr && as_json(value_).is_number_unsigned(), "a number of 0 or more");
  return as_json(value_).get<std::uint64_t>();
}

std::vector<JsonCursor> JsonCursor::elements() const {
  expect(value_ != nullptr && as_json(value_).is_array(), "an array");
  std::vector<JsonCursor> list;
  for (const Json& element : as_json(value_))
    list.push_back({&element, path_, pointer_ + "/" + std::to_string(list.size())});
  return list;
}

std::vector<std::pair<std::string, JsonCursor>> JsonCursor::members() const {
  expect(is_object(), "an object");
  std::vector<std::pair<std::string, JsonCursor>> list;
  for (const auto& [key, value] : as_json(value_).items()) list.push_back({key, {&value, path_, pointer_ + "/" + key}});
  return list;
}

void JsonCursor::for_each_natural(
    const std::function<void(const std::string& key, std::uint64_t value, std::uint64_t index)>& take) const {
  expect(is_object(), "an object");
  std::uint64_t index = 0;
  for (const auto& [key, value] : as_json(value_).items()) {
    if (!value.is_number_unsigned()) refuse_element(index, "a number of 0 or more");
    take(key, value.get<std::uint64_t>(), index++);
  }
}

void JsonCursor::for_each_scored_text(
    const std::function<void(const std::string& text, double score, std::uint64_t index)>& take) const {
  expect(value_ != nullptr && as_json(value_).is_array(), "an array");
  std::uint64_t index = 0;
  for (const Json& element : as_json(value_)) {
    if (!element.is_array() || element.size() != 2 || !element[0].is_string() || !element[1].is_number()) {
      refuse_element(index, "a string and its score");
    }
    take(element[0].get_ref<const std::string&>(), element[1].get<double>(), index++);
  }
}

void JsonCursor::for_each_text_list(
    const std::function<void(const std::vector<std::string_view>& texts, std::uint64_t index)>& take) const {
  expect(value_ != nullptr && as_json(value_).is_array(), "an array");
  std::uint64_t index = 0;
  std::vector<std::string_view> texts;
  const auto add = [&](const Json& text) {
    if (!text.is_string()) refuse_element(index, "a string or an array of strings");
    texts.push_back(text.get_ref<const std::string&>());
  };
  for (const Json& element : as_json(value_)) {
    texts.clear();
    if (element.is_array()) {
      for (const Json& text : element) add(text);
    } else {
      add(element);
    }
    take(texts, index++);
  }
}

void JsonCursor::refuse(ErrorCode code, const std::string& message) const {
  throw Error(code, (pointer_.empty() ? "" : pointer_ + ": ") + message).at(*path_);
}

void JsonCursor::unsupported(const std::string& what) const {
  refuse(ErrorCode::unsupported, what + " cannot be used yet");
}

void JsonCursor::refuse_element(std::uint64_t index, const char* expected) const {
  throw Error(ErrorCode::format, pointer_ + "/" + std::to_string(index) + ": expected " + expected).at(*path_);
}

void JsonCursor::expect(bool condition, const char* expected) const {
  if (condition) return;
  const std::string found = value_ == nullptr ? "missing" : std::string("is ") + as_json(value_).type_name();
  refuse(ErrorCode::format, found + ", expected " + expected);
}

}  // namespace quern::formats
