#include "cli/layers.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "cli/config_file.h"
#include "core/error.h"

using namespace quern;
using namespace quern::cli;

namespace {

// Sets a variable for the length of a test.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  ~Variable() { ::unsetenv(name_.c_str()); }

 private:
  std::string name_;
};

struct Bench {
  std::int64_t seed = 1;
  std::vector<std::string> tokens = {"<s>"};
  std::string name;
  Options options;
  Bench() {
    options.value("seed", seed, "N");
    options.value("token", tokens, "TOKEN");
    options.value("name", name, "TEXT");
  }
  void read(const std::vector<std::string>& words) {
    apply_layers("bench", options, parse_arguments("bench", words, options));
  }
};

}  // namespace

TEST_CASE("the environment is below the command line and above the default") {
  Bench bench;
  bench.read({});
  CHECK(bench.seed == 1);
  CHECK_FALSE(bench.options.was_set("seed"));
  const Variable variable("QUERN_SEED", "2");
  bench.read({});
  CHECK(bench.seed == 2);
  CHECK(bench.options.find("seed")->origin == Origin::environment);
  bench.read({"--seed", "3"});
  CHECK(bench.seed == 3);
  CHECK(bench.options.find("seed")->origin == Origin::command_line);
}

TEST_CASE("an empty variable is no value") {
  const Variable variable("QUERN_SEED", "");
  Bench bench;
  bench.read({});
  CHECK(bench.seed == 1);
}

TEST_CASE("a list given by a layer replaces that of the weaker one") {
  Bench bench;
  const Variable variable("QUERN_TOKEN", "<pad>");
  bench.read({});
  CHECK(bench.tokens == std::vector<std::string>{"<pad>"});
  bench.read({"--token", "a", "--token", "b"});
  CHECK(bench.tokens == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a bad variable is a configuration error that names it") {
  const Variable variable("QUERN_SEED", "many");
  Bench bench;
  try {
    bench.read({});
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::config);
    CHECK(error.describe() == "bench: QUERN_SEED is \"many\", expected a whole number");
  }
}

TEST_CASE("variables for tests and dispatch are no options") {
  OptionSpec spec;
  for (const char* name : {"data", "fixtures", "peers", "isa"}) {
    spec.name = name;
    CHECK(environment_name(spec).empty());
  }
  spec.name = "on-invalid";
  CHECK(environment_name(spec) == "QUERN_ON_INVALID");
}

TEST_CASE("what is required is asked for by name") {
  std::string model, tokenizer;
  Options options;
  options.value('t', "tokenizer", tokenizer, "FILE").required();
  options.operand("MODEL", model).required();
  CHECK_THROWS_WITH(require_all("bench", options), "option --tokenizer FILE is missing");
  apply_layers("bench", options, parse_arguments("bench", {"-t", "x"}, options));
  CHECK_THROWS_WITH(require_all("bench", options), "operand MODEL is missing");
  apply_layers("bench", options, parse_arguments("bench", {"-t", "x", "m"}, options));
  CHECK_NOTHROW(require_all("bench", options));
}

TEST_CASE("the dump says where values come from and escapes them") {
  Bench bench;
  const Variable variable("QUERN_SEED", "2");
  bench.read({"--token", "a\"b\\c\n\x7f"});
  CHECK(dump_config("bench", bench.options) ==
        "[bench]\n"
        "seed = 2  # environment, QUERN_SEED\n"
        "token = [\"a\\\"b\\\\c\\u000A\\u007F\"]  # command line\n"
        "# name =  # not set\n");
  CHECK(dump_config("tokenizer train", bench.options).rfind("[\"tokenizer train\"]\n", 0) == 0);
}

TEST_CASE("settings are read in all the ways a file may spell them") {
  const auto settings = read_config("quiet = true\n[doctor]\njson = true\n[help]\nman = \"x\"\n", "c.toml", "doctor");
  REQUIRE(settings.size() == 2);
  CHECK(settings[0].name == "quiet");
  CHECK(settings[0].line == 1);
  CHECK(settings[1].name == "json");
  CHECK(settings[1].value == "true");
  CHECK(settings[1].line == 3);
}

TEST_CASE("a command's own table wins over shared keys, wherever it stands") {
  // TOML has no way back to the top level, except dotted keys.
  const auto settings = read_config("doctor.quiet = true\nquiet = false\n", "c.toml", "doctor");
  REQUIRE(settings.size() == 2);
  CHECK(settings.back().value == "true");
}

TEST_CASE("what no command knows is refused with its line") {
  using Catch::Matchers::Contains;
  const auto complaint = [](const std::string& text) {
    try {
      read_config(text, "c.toml", "doctor");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::config);
      return error.describe();
    }
    return std::string("no complaint");
  };
  CHECK(complaint("qiet = 1") == "c.toml:1: no command has an option \"qiet\"; did you mean \"quiet\"?");
  CHECK_THAT(complaint("\n[doctor]\njsno = true"), Contains("c.toml:3: quern doctor has no option \"jsno\""));
  CHECK_THAT(complaint("[docter]"), Contains("no command is called \"docter\"; did you mean \"doctor\"?"));
  CHECK_THAT(complaint("[help]\nmna = 1"), Contains("c.toml:2: quern help has no option"));  // other tables too
  CHECK_THAT(complaint("config = \"d.toml\""), Contains("no command has an option"));        // no includes
  CHECK_THAT(complaint("quiet = 1979-05-27"), Contains("neither a text"));
  CHECK_THAT(complaint("quiet = [[true]]"), Contains("neither a text"));
  CHECK_THAT(complaint("quiet = "), Contains("c.toml:1: not well-formed TOML"));
  CHECK_THAT(complaint("quiet = true\nquiet = true"), Contains("c.toml:2: not well-formed TOML"));
}
