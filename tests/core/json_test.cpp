#include "core/json.h"

#include <catch2/catch.hpp>
#include <random>

#include "core/error.h"
#include "core/io/input.h"
#include "tests/support/reference_data.h"

using quern::Error;
using quern::Json;
using quern::parse_json;

namespace {

std::string complaint(const std::string& text) {
  try {
    parse_json(text, "a.json");
  } catch (const Error& error) {
    CHECK(error.code() == quern::ErrorCode::format);
    return error.describe();
  }
  return "no error";
}

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

std::string literal(std::string_view text) {
  std::string out;
  quern::append_json_string(out, text);
  return out;
}

}  // namespace

TEST_CASE("every kind of value is read and objects keep their order") {
  const std::string text =
      R"({"z":[null,true,false,-3,18446744073709551615,0.5,"磨 \u00e9 \ud83c\udf3e"],"a":{},"m":[]})";
  CHECK(parse_json(text, "a.json").dump() ==
        R"({"z":[null,true,false,-3,18446744073709551615,0.5,"磨 é 🌾"],"a":{},"m":[]})");
  CHECK(parse_json(" 7 \n", "a.json") == 7);
  CHECK(parse_json("[[[]],[{\"a\":[1,{\"b\":2}]},3]]", "a.json").dump() == R"([[[]],[{"a":[1,{"b":2}]},3]])");
}

TEST_CASE("what is not one JSON value is refused with its place") {
  CHECK(complaint("") == "a.json:1:0: not valid JSON: unexpected end of input, expected '[', '{', or a literal");
  CHECK(complaint("{\"a\": 1,\n}") == "a.json:2:9: not valid JSON: unexpected '}', expected string literal");
  CHECK(complaint("1 2") == "a.json:1:2: not valid JSON: unexpected number literal, expected end of input");
  CHECK(complaint("\"a") == "a.json:1:2: not valid JSON: invalid string: missing closing quote");
  CHECK(complaint("[1,2") == "a.json:1:4: not valid JSON: unexpected end of input, expected ']'");
  CHECK(complaint("[1e999]") == "a.json:1:5: number out of range");
  CHECK(complaint("[1]\n/**/").substr(0, 10) == "a.json:2:4");
  CHECK(complaint("NaN") != "no error");
  CHECK(complaint("[01]") != "no error");
  CHECK(complaint("['a']") != "no error");
  CHECK(complaint("\"\\ud800\"") != "no error");
  CHECK(complaint("\"a\tb\"") != "no error");
}

TEST_CASE("a NUL byte does not end the text early") {
  using namespace std::string_literals;
  CHECK(complaint("[1]\0"s) == "a.json:1:3: not valid JSON: a NUL byte");
  CHECK(complaint("[1]\n\0garbage"s) == "a.json:2:4: not valid JSON: a NUL byte");
  CHECK(complaint("\"a\0b\""s) == "a.json:1:2: not valid JSON: a NUL byte");
}

TEST_CASE("invalid UTF-8 is refused where it stands, in strings and outside") {
  CHECK(complaint("[\"a\",\n\"\xE7\xA3\"]") == "a.json:2:7: not valid UTF-8");
  CHECK(complaint("[1]\xFF") == "a.json:1:3: not valid UTF-8");
}

TEST_CASE("a duplicate key is an error at any size of object, the same key in two objects is not") {
  CHECK(complaint("{\"a\":1,\n\"b\":2,\"a\":3}") == "a.json:2:16: duplicate key \"a\"");
  CHECK(complaint(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})") == "no error");
  for (const int members : {1, 7, 8, 9, 31, 32, 33, 1000}) {
    std::string text = "{";
    for (int i = 0; i < members; ++i) text += "\"key " + std::to_string(i) + "\":" + std::to_string(i) + ",";
    const Json whole = parse_json(text + "\"last\":0}", "a.json");
    REQUIRE(whole.size() == static_cast<std::size_t>(members) + 1);
    REQUIRE(whole.items().begin().key() == "key 0");
    for (const int again : {0, members / 2, members - 1}) {
      const std::string key = "key " + std::to_string(again);
      REQUIRE(complaint(text + "\"" + key + "\":0}").find("duplicate key \"" + key + "\"") != std::string::npos);
    }
  }
  CHECK(complaint("{\"a\":1,\"\\u0061\":2}").find("duplicate key \"a\"") != std::string::npos);
}

TEST_CASE("nesting is allowed to 256 and no deeper") {
  CHECK(complaint(nested(256, "[", "]")) == "no error");
  CHECK(complaint(nested(257, "[", "]")) == "a.json:1:256: JSON nested deeper than 256");
  CHECK(complaint(nested(256, "{\"a\":", "}")) == "no error");
  CHECK(complaint(nested(257, "{\"a\":", "}")).find("nested deeper than 256") != std::string::npos);
  CHECK(complaint(std::string(10'000'000, '[')) == "a.json:1:256: JSON nested deeper than 256");
}

TEST_CASE("generated values come back from their own text") {
  std::mt19937 random(3);
  const auto value = [&](const auto& self, int depth) -> Json {
    switch (random() % (depth < 6 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return random() % 2 == 0;
      case 2:
        return static_cast<std::int64_t>(random()) - 2'000'000'000;
      case 3:
        return static_cast<double>(random()) / 1024;
      case 4:
        return std::string(random() % 20, static_cast<char>(random() % 128));
      case 5:
        return "磨" + std::to_string(random());
      case 6: {
        Json array = Json::array();
        for (auto n = random() % 12; n > 0; --n) array.push_back(self(self, depth + 1));
        return array;
      }
      default: {
        Json object = Json::object();
        for (auto n = random() % 12; n > 0; --n) object[std::to_string(random() % 1000)] = self(self, depth + 1);
        return object;
      }
    }
  };
  for (int round = 0; round < 500; ++round) {
    const std::string text = value(value, 0).dump();
    REQUIRE(parse_json(text, "a.json").dump() == text);
  }
}

TEST_CASE("strings are written so that they read back, and stay readable") {
  CHECK(literal("磨 a/b") == "\"磨 a/b\"");
  CHECK(literal("\"\\\n\t\r\b\f\x01\x1F\x7F") == "\"\\\"\\\\\\n\\t\\r\\b\\f\\u0001\\u001f\x7F\"");
  CHECK(literal("a\xE7\xA3z") == "\"a\uFFFDz\"");
  CHECK(literal("") == "\"\"");
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  CHECK(parse_json(literal(all), "a.json") == all);
}

TEST_CASE("a real tokenizer.json is read whole") {
  if (!quern::reference_data::available()) return;
  const std::string path =
      quern::reference_data::data_path("tokref/gigatoken_fixtures/tests/fixtures/gpt2_tokenizer.json");
  const Json json = parse_json(quern::read_file(path), path);
  CHECK(json["model"]["vocab"].size() == 50257);
  CHECK(json["model"]["merges"].size() == 50000);
}
