#include "cli/aligned_table.h"

#include <catch2/catch.hpp>

#include "cli/tokenizer_operands.h"
#include "core/error.h"
#include "tests/support/temporary_directory.h"

using namespace quern;
using namespace quern::cli;

TEST_CASE("columns are as wide as their widest cell on a terminal, and no line ends in blanks") {
  AlignedTable table("lrl");
  table.row({"word", "count", "note"});
  table.row({"水车", "12", ""});
  table.row({"e\xCC\x81", "3"});
  table.row({"\xFF"});
  CHECK(table.text() ==
        "word  count  note\n"
        "水车     12\n"
        "e\xCC\x81         3\n"
        "\xFF\n");
}

TEST_CASE("tokenizers are called by as much of their paths as tells them apart") {
  CHECK(short_names({"/a/gpt2/tokenizer.json", "/a/t5/tokenizer.json", "/b/mill.json"}) ==
        std::vector<std::string>{"gpt2/tokenizer.json", "t5/tokenizer.json", "mill.json"});
  CHECK(short_names({"/a/x", "/b/x"}) == std::vector<std::string>{"a/x", "b/x"});
  CHECK(short_names({"a/x/", "b/x/"}) == std::vector<std::string>{"a/x/", "b/x/"});
  CHECK(short_names({"x", "x"}) == std::vector<std::string>{"x", "x"});
  CHECK(short_names({"x", "a/x"}) == std::vector<std::string>{"x", "a/x"});
  CHECK(short_names({"/", ""}) == std::vector<std::string>{"/", ""});
}

TEST_CASE("text begins with the first operand that is no tokenizer; after -t with the first at all") {
  const test::TemporaryDirectory directory;
  const std::string words = directory.write("vocab.txt", "[UNK]\na\n"), text = directory.write("text.txt", "a\n");
  const auto split = [](std::vector<std::string> operands, std::vector<std::string> named = {}) {
    TokenizerOperands tokenizers{operands.empty() ? "" : operands.front(), std::move(named), {}};
    if (!operands.empty()) operands.erase(operands.begin());
    return split_operands(tokenizers, {operands, {}});
  };
  CHECK(split({words, words, text, words}).paths == std::vector<std::string>{words, words});
  CHECK(split({words, words, text, words}).inputs.files == std::vector<std::string>{text, words});
  CHECK(split({text, "-"}).paths == std::vector<std::string>{text});
  CHECK(split({words, "/nowhere"}).inputs.files == std::vector<std::string>{"/nowhere"});
  CHECK(split({words}, {words}).inputs.files == std::vector<std::string>{words});
  CHECK_THROWS_AS(split({}), Error);
}
