#include "cli/lookup.h"

#include <catch2/catch.hpp>

#include "core/error.h"

using namespace quern::cli;

TEST_CASE("a command line is quoted so that a shell reads it back") {
  CHECK(quote_command_line({}) == "quern");
  CHECK(quote_command_line({"encode", "-t", "my tok.json", "it's", "", "a=b", "中.txt"}) ==
        "quern encode -t 'my tok.json' 'it'\\''s' '' a=b '中.txt'");
}

TEST_CASE("commands are found by one word and by two") {
  CHECK(find_command({"doctor", "--json"}).command->name == "doctor");
  CHECK(find_command({"doctor", "--json"}).words == 1);
  for (const Command* command : commands()) {
    const std::size_t space = command->name.find(' ');
    if (space == std::string::npos) continue;
    const Found found = find_command({command->name.substr(0, space), command->name.substr(space + 1), "x"});
    CHECK(found.command == command);
    CHECK(found.words == 2);
    CHECK(find_command({command->name.substr(0, space)}).command == nullptr);
  }
}

TEST_CASE("a mistyped command is answered with the nearest one") {
  const auto remedy = [](const std::vector<std::string>& words) {
    try {
      find_command(words);
    } catch (const quern::Error& error) {
      return error.describe();
    }
    return std::string();
  };
  CHECK(remedy({"docter"}) == "unknown command \"docter\"; did you mean quern doctor?");
  CHECK(remedy({"qqqqqqq"}) == "unknown command \"qqqqqqq\"; quern alone lists the commands");
}
