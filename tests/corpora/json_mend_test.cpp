#include "corpora/json_mend.h"

#include <catch2/catch.hpp>

#include "core/text/utf8.h"

using namespace quern;

namespace {

std::string replaced(std::string_view line) { return mend_json_line(line, Mend::replace).text; }

std::string kept(std::string_view line) {
  const std::string mended = mend_json_line(line, Mend::stand_ins).text;
  CHECK(utf8::is_valid(mended));
  return restore_stand_ins(mended);
}

}  // namespace

TEST_CASE("what is well-formed stays as it is") {
  for (const std::string line : {"", "plain", "字 \\n \\u0041 \\ud83d\\ude00 \\\\ud800 \\\"", "\\", "\\u", "\\u12",
                                 "\\uZZZZ", "\\\\\\\\ud800"}) {
    INFO(line);
    CHECK(replaced(line) == line);
    CHECK(kept(line) == line);
    CHECK(mend_json_line(line, Mend::replace).faults == 0);
  }
}

TEST_CASE("halves of surrogate pairs are found, whatever stands around them") {
  CHECK(replaced("\\ud800") == "\uFFFD");
  CHECK(replaced("\\uDFFF") == "\uFFFD");
  CHECK(replaced("\\ud800\\ud800\\udc00") == "\uFFFD\\ud800\\udc00");
  CHECK(replaced("\\udc00\\ud800") == "\uFFFD\uFFFD");
  CHECK(replaced("\\ud800\\u0041") == "\uFFFD\\u0041");
  CHECK(replaced("\\\\\\ud800x") == "\\\\\uFFFDx");
  CHECK(replaced("\\ud80") == "\\ud80");
  CHECK(kept("a\\ud800b") ==
        "a\xed\xa0\x80"
        "b");
  CHECK(kept("\\udfff") == "\xed\xbf\xbf");
}

TEST_CASE("stray bytes are found in every position and come back as they were") {
  for (int byte = 0x80; byte < 0x100; ++byte) {
    const std::string line = std::string("字") + static_cast<char>(byte) + "\\n";
    CHECK(replaced(line) == "字\uFFFD\\n");
    CHECK(kept(line) == line);
  }
  const auto mended = mend_json_line("ab\xe5\xad\\ud800\xff", Mend::replace);
  CHECK(mended.text == "ab\uFFFD\uFFFD\uFFFD");
  CHECK(mended.faults == 3);
  CHECK(mended.first == 2);
}

TEST_CASE("a line that holds the stand-ins itself is recognised") {
  CHECK_FALSE(holds_stand_ins("字 \U0010F6FF \\udbfd\\udeff \\udbff \\u0041"));
  CHECK(holds_stand_ins("\U0010F700"));
  CHECK(holds_stand_ins("\U0010FFFF"));
  CHECK(holds_stand_ins("x\\udbff\\udfff"));
  CHECK(holds_stand_ins("x\\uDBFD\\uDF00"));
}
