#include "corpora/json_field.h"

#include <catch2/catch.hpp>

using namespace quern;
using Outcome = JsonField::Outcome;

namespace {

// Behind the line stands what could make it valid, to see that the parser does not look.
JsonField::Answer find(JsonField& field, const std::string& line) {
  std::string padded = line + "\"}]}";
  padded.resize(line.size() + JsonField::kPadding, '"');
  return field.find(std::string_view(padded).substr(0, line.size()));
}

std::string text_of(const std::string& name, const std::string& line) {
  JsonField field(name);
  const auto answer = find(field, line);
  INFO(answer.reason);
  CHECK(answer.outcome == Outcome::found);
  return std::string(answer.text);
}

std::string reason_of(const std::string& name, const std::string& line) {
  JsonField field(name);
  const auto answer = find(field, line);
  CHECK(answer.outcome == Outcome::bad);
  return answer.reason;
}

}  // namespace

TEST_CASE("a string field is found wherever it stands and unescaped") {
  CHECK(text_of("text", R"({"text":"a"})") == "a");
  CHECK(text_of("text", R"( { "id" : 1, "x" : {"text":"inner"}, "text" : "a\n\u00e9\ud83d\ude00\/" } )"
                        "\r") == "a\né😀/");
  CHECK(text_of("text", R"({"text":""})").empty());
  CHECK(text_of("text", R"({"text":"\u0000"})") == std::string(1, '\0'));
  CHECK(text_of("文", R"({"文":"字"})") == "字");
}

TEST_CASE("of a key that stands twice the last counts") { CHECK(text_of("a", R"({"a":"1","a":"2"})") == "2"); }

TEST_CASE("a dotted name reaches into objects, unless a field is called just that") {
  CHECK(text_of("meta.text", R"({"meta":{"text":"inner"}})") == "inner");
  CHECK(text_of("meta.text", R"({"meta":{"text":"inner"},"meta.text":"outer"})") == "outer");
  CHECK(text_of("a.b.c", R"({"a":{"b":{"c":"deep"}}})") == "deep");
  CHECK(reason_of("a.b", R"({"a":"string"})") == "no field \"a.b\" among \"a\"");
}

TEST_CASE("what is wrong with a line is said in its own words") {
  CHECK(reason_of("text", R"({"text":1.5})") == "field \"text\" is a number, expected a string");
  CHECK(reason_of("text", R"({"text":null})") == "field \"text\" is null, expected a string");
  CHECK(reason_of("text", R"({"text":["a"]})") == "field \"text\" is an array, expected a string");
  CHECK(reason_of("text", R"({"a":1,"b":2})") == "no field \"text\" among \"a\", \"b\"");
  CHECK(reason_of("text", R"({})") == "no field \"text\" among none");
  CHECK(reason_of("text", R"("text")") == "not a JSON object but a string");
  CHECK(reason_of("text", R"([1])") == "not a JSON object but an array");
}

TEST_CASE("a line that is not JSON from end to end is refused, also when the field came before the fault") {
  for (const char* line :
       {R"({"text":"a")", R"({"text":"a"} x)", R"({"text":"a"}{})", R"({"text":"a)", R"({"text":"a","b":tru})",
        R"({"text":"a","b":01})", R"({'text':'a'})", "text", "{\"text\":\"a\tb\"}"}) {
    INFO(line);
    CHECK(reason_of("text", line).find("not valid JSON: ") == 0);
  }
}

TEST_CASE("blank lines are told apart, and so is what may only be ill-formed") {
  JsonField field("t");
  CHECK(find(field, "").outcome == Outcome::blank);
  CHECK(find(field, " \t\r").outcome == Outcome::blank);
  CHECK(find(field, "{\"t\":\"\xff\"}").outcome == Outcome::ill_formed);
  CHECK(find(field, R"({"t":"\ud800"})").outcome == Outcome::ill_formed);
  CHECK(find(field, R"({"t":"\x"})").outcome == Outcome::ill_formed);
}
