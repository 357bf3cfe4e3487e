#include "corpora/json_field.h"

#include <simdjson.h>

namespace quern {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kSkip = "skip such records with --on-bad-record skip";
constexpr std::size_t kNamesShown = 6;

const char* describe(dom::element_type type) {
  switch (type) {
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::STRING:
      return "a string";
    case dom::element_type::BOOL:
      return "a boolean";
    case dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

bool find_last(const dom::object& object, std::string_view key, dom::element& value) {
  bool found = false;
  for (const dom::key_value_pair pair : object) {
    if (pair.key == key) value = pair.value, found = true;
  }
  return found;
}

bool find_path(const dom::object& object, std::string_view name, dom::element& value) {
  if (find_last(object, name, value)) return true;
  const std::size_t dot = name.find('.');
  dom::object inner;
  return dot != std::string_view::npos && find_last(object, name.substr(0, dot), value) &&
         value.get(inner) == simdjson::SUCCESS && find_path(inner, name.substr(dot + 1), value);
}

std::string names_in(const dom::object& object) {
  std::string names;
  std::size_t count = 0;
  for (const dom::key_value_pair pair : object) {
    if (++count > kNamesShown) return names + ", …";
    names += (count == 1 ? "\"" : ", \"") + std::string(pair.key) + "\"";
  }
  return names.empty() ? "none" : names;
}

JsonField::Answer bad(std::string reason, std::string remedy = kSkip) {
  return {JsonField::Outcome::bad, {}, std::move(reason), std::move(remedy)};
}

}  // namespace

static_assert(JsonField::kPadding >= simdjson::SIMDJSON_PADDING);

struct JsonField::Parser {
  dom::parser parser;
};

JsonField::JsonField(std::string name) : parser_(std::make_unique<Parser>()), name_(std::move(name)) {}
JsonField::~JsonField() = default;

JsonField::Answer JsonField::find(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return {Outcome::blank, {}, {}, {}};
  dom::element root;
  const auto error = parser_->parser.parse(line.data(), line.size(), false).get(root);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error == simdjson::UTF8_ERROR || error == simdjson::STRING_ERROR) {
    return {Outcome::ill_formed, {}, "not valid JSON: a string is malformed", kSkip};
  }
  if (error != simdjson::SUCCESS) return bad(std::string("not valid JSON: ") + simdjson::error_message(error));
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return bad(std::string("not a JSON object but ") + describe(root.type()));
  dom::element value;
  if (!find_path(object, name_, value)) {
    return bad("no field \"" + name_ + "\" among " + names_in(object),
               std::string("choose another with --jsonl FIELD, or ") + kSkip);
  }
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    return bad("field \"" + name_ + "\" is " + describe(value.type()) + ", expected a string",
               std::string("choose another with --jsonl FIELD, or ") + kSkip);
  }
  return {Outcome::found, text, {}, {}};
}

}  // namespace quern
