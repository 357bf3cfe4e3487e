#include "cli/options.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "cli/layers.h"
#include "cli/shared_options.h"
#include "core/error.h"

using namespace quern;
using namespace quern::cli;

TEST_CASE("two options of one name, letter or negation are a bug") {
  bool a = false, b = false;
  std::string text;
  const auto declares = [&](auto second) {
    Options options;
    options.flag("force", a, 'f');
    second(options);
  };
  CHECK_THROWS_AS(declares([&](Options& o) { o.flag("force", b); }), Error);
  CHECK_THROWS_AS(declares([&](Options& o) { o.flag("fast", b, 'f'); }), Error);
  CHECK_THROWS_AS(declares([&](Options& o) { o.flag("no-force", b); }), Error);
  CHECK_THROWS_AS(declares([&](Options& o) { o.value("no-force", text, "X"); }), Error);
  CHECK_NOTHROW(declares([&](Options& o) { o.operand("FORCE", text); }));
}

TEST_CASE("defaults are shown as they would be typed") {
  bool on = true, off = false;
  std::int64_t n = 100;
  double rate = 1e-4;
  std::uint64_t none = 0, size = 3u << 20;
  std::string text = "gpt2", empty;
  Options options;
  options.flag("on", on);
  options.flag("off", off);
  options.value("n", n, "N");
  options.value("rate", rate, "R");
  options.size("none", none, "SIZE");
  options.size("size", size, "SIZE");
  options.value("text", text, "T");
  options.value("empty", empty, "T");
  const auto shown = [&](const char* name) { return options.find(name)->default_text; };
  CHECK(shown("on") == "true");
  CHECK(shown("off").empty());
  CHECK(shown("n") == "100");
  CHECK(shown("rate") == "0.0001");
  CHECK(shown("none").empty());
  CHECK(shown("size") == "3M");
  CHECK(shown("text") == "gpt2");
  CHECK(shown("empty").empty());
}

TEST_CASE("kinds of records exclude each other in one layer, and a stronger layer decides") {
  const auto read = [](const std::vector<std::string>& words, const char* variable = nullptr) {
    Options options;
    Inputs inputs;
    shared::inputs(options, inputs);
    if (variable != nullptr) ::setenv("QUERN_JSONL", variable, 1);
    try {
      apply_layers("bench", options, parse_arguments("bench", words, options));
      ::unsetenv("QUERN_JSONL");
    } catch (...) {
      ::unsetenv("QUERN_JSONL");
      throw;
    }
    options.run_checks();
    return inputs.format;
  };
  CHECK(read({}).records == Records::lines);
  CHECK(read({"-0"}).records == Records::null);
  CHECK(read({"--jsonl", "text"}).field == "text");
  CHECK(read({"--tsv", "2"}).column == 2);
  CHECK(read({"-0"}, "text").records == Records::null);
  CHECK_THROWS_AS(read({"-0", "--jsonl", "text"}), Error);
  CHECK_THROWS_AS(read({"--tsv", "1", "--jsonl", "text"}), Error);
  CHECK_THROWS_AS(read({"--tsv", "0"}), Error);
  CHECK_THROWS_AS(read({"--tsv", "name"}), Error);
  CHECK_THROWS_AS(read({"--jsonl="}), Error);
}
