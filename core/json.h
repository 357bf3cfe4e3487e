// JSON in and out, strictly.
//
// Reading is nlohmann's parser with our rules added: the whole text must be one value, UTF-8 must be valid, duplicate
// keys and nesting deeper than 256 are errors; an Error{format} names file, line and byte. Object order is kept.
// Include this header in .cpp files only: the library behind it is heavy.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace quern {

using Json = nlohmann::ordered_json;

// What a number with a point or an exponent stands for: its text, and the double next to it. Null: that double.
using DecimalReading = double (*)(const std::string& text, double nearest);

Json parse_json(std::string_view text, const std::string& path, DecimalReading read_decimal = nullptr);

// A JSON string literal with its quotes; invalid UTF-8 becomes U+FFFD. Non-ASCII text stays readable (not \u-escaped).
void append_json_string(std::string& out, std::string_view text);

}  // namespace quern
