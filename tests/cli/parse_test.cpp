// The command line as GNU tools read it. Every case here once went wrong in some parser, CLI11 included.
#include "cli/parse.h"

#include <catch2/catch.hpp>

#include "cli/layers.h"
#include "cli/universal.h"
#include "core/error.h"

using namespace quern;
using namespace quern::cli;

namespace {

enum class Form { ids, tokens };

struct Config {
  std::string tokenizer;
  Form form = Form::ids;
  bool special = false;
  bool shuffle = true;
  std::int64_t length = 512;
  double rate = 0.5;
  std::uint64_t memory = 0;
  std::vector<std::string> tokens;
  std::string model;
  std::vector<std::string> files;
};

struct Bench {
  Config config;
  Options options;
  Bench() {
    options.value('t', "tokenizer", config.tokenizer, "FILE").path();
    options.choice("as", config.form, {{"ids", Form::ids}, {"tokens", Form::tokens}});
    options.flag("special", config.special, 's');
    options.flag("shuffle", config.shuffle);
    options.value('l', "max-length", config.length, "N").at_least(1);
    options.value("rate", config.rate, "P").between(0, 1);
    options.size("memory", config.memory, "SIZE");
    options.value("token", config.tokens, "TOKEN");
    OptionSpec help;
    help.short_name = 'h';
    help.name = "help";
    help.kind = ValueKind::flag;
    help.is_action = true;
    options.declare(std::move(help));
    options.operand("MODEL", config.model);
    options.operands("FILE", config.files);
  }
  HelpRequest read(const std::vector<std::string>& words) {
    const Arguments arguments = parse_arguments("bench", words, options);
    if (arguments.help == HelpRequest::none) apply_layers("bench", options, arguments);
    return arguments.help;
  }
};

Config read(const std::vector<std::string>& words) {
  Bench bench;
  bench.read(words);
  return bench.config;
}

std::string complaint(const std::vector<std::string>& words) {
  try {
    read(words);
  } catch (const Error& error) {
    CHECK(exit_status(error.code()) == 2);
    return error.describe();
  }
  return "no complaint";
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a value stands behind its option, behind =, or glued to a short name") {
  for (const Words& words : {Words{"-t", "x"}, {"-tx"}, {"--tokenizer", "x"}, {"--tokenizer=x"}}) {
    CHECK(read(words).tokenizer == "x");
  }
}

TEST_CASE("a value may be empty, look like an option, or hold =") {
  const Config config = read({"--tokenizer=", "m", "f"});
  CHECK(config.tokenizer.empty());
  CHECK(config.model == "m");  // not taken for the value
  CHECK(config.files == Words{"f"});
  CHECK(read({"-t", "--as"}).tokenizer == "--as");
  CHECK(read({"-t", "--as="}).tokenizer == "--as=");
  CHECK(read({"--tokenizer=a=b="}).tokenizer == "a=b=");
  CHECK(read({"-t", ""}).tokenizer.empty());
}

TEST_CASE("options stand anywhere, -- ends them, - is an operand") {
  const Config config = read({"m", "a", "-s", "-", "--max-length", "7", "b", "--", "-t", "--", "--as=x"});
  CHECK(config.model == "m");
  CHECK(config.files == Words{"a", "-", "b", "-t", "--", "--as=x"});
  CHECK(config.special);
  CHECK(config.length == 7);
  CHECK(config.tokenizer.empty());
}

TEST_CASE("operands are taken as they are") {
  const Words odd = {"[MASK]", "[a,b]", "++", "", "{}", "%d", "a b", "\"q\"", "/x:y", "é中", "a=b"};
  Words words = {"m"};
  words.insert(words.end(), odd.begin(), odd.end());
  CHECK(read(words).files == odd);
}

TEST_CASE("values of list options are taken as they are, one for each time") {
  CHECK(read({"--token", "[MASK]", "--token=[a,b]", "--token", "<s>", "m"}).tokens == Words{"[MASK]", "[a,b]", "<s>"});
}

TEST_CASE("negative numbers are values and operands, not options") {
  CHECK(read({"-t", "-1"}).tokenizer == "-1");
  CHECK(read({"m", "-1", "-2.5", "-.5"}).files == Words{"-1", "-2.5", "-.5"});
}

TEST_CASE("flags have a --no- form, and the last one counts") {
  CHECK(read({"--special"}).special);
  CHECK_FALSE(read({"--special", "--no-special"}).special);
  CHECK(read({"--no-special", "-s"}).special);
  CHECK_FALSE(read({"--no-shuffle"}).shuffle);
  CHECK_FALSE(read({"--special=false"}).special);
  CHECK(read({"-sl", "3"}).length == 3);  // a cluster of short names, the last with a value
}

TEST_CASE("a repeated scalar takes the last value") { CHECK(read({"-l", "3", "--max-length=4"}).length == 4); }

TEST_CASE("help is heard over any mistake, and -h is not --help") {
  CHECK(Bench().read({"--nonsense", "-h"}) == HelpRequest::brief);
  CHECK(Bench().read({"--max-length", "many", "--help"}) == HelpRequest::full);
  CHECK(Bench().read({"-t", "-h"}) == HelpRequest::none);  // the value of -t
  CHECK(Bench().read({"--", "-h"}) == HelpRequest::none);
}

TEST_CASE("a mistake is named with what was probably meant") {
  using Catch::Matchers::Equals;
  using Catch::Matchers::StartsWith;
  CHECK_THAT(complaint({"--tokeniser", "x"}),
             StartsWith("bench: unknown option --tokeniser; did you mean --tokenizer?"));
  CHECK_THAT(complaint({"--no-specail"}), StartsWith("bench: unknown option --no-specail; did you mean --no-special?"));
  CHECK_THAT(complaint({"--tok", "x"}), StartsWith("bench: unknown option --tok; did you mean"));  // no abbreviations
  CHECK_THAT(complaint({"--xyzzy=1"}), Equals("bench: unknown option --xyzzy; quern bench -h lists what it takes"));
  CHECK_THAT(complaint({"-Z"}), StartsWith("bench: unknown option -Z"));
  CHECK_THAT(complaint({"-sZ"}), StartsWith("bench: unknown option -Z"));
  CHECK_THAT(complaint({"m", "-t"}), StartsWith("bench: option --tokenizer needs a value, FILE"));
  CHECK_THAT(complaint({"-st"}), StartsWith("bench: option --tokenizer needs a value, FILE"));
  CHECK_THAT(complaint({"--as"}), StartsWith("bench: option --as needs a value, ids or tokens"));
}

TEST_CASE("a bad value is shown with what was expected") {
  CHECK(complaint({"--as", "token"}) ==
        "bench: option --as is \"token\", expected ids or tokens; did you mean tokens?");
  for (const char* text : {"", "x", "1.5", "0x10", "9223372036854775808", "1 ", "+1"}) {
    CHECK(complaint({"--max-length", text}) ==
          "bench: option --max-length is \"" + std::string(text) + "\", expected a whole number");
  }
  CHECK(complaint({"-l0"}) == "bench: option --max-length is \"0\", expected at least 1");
  CHECK(complaint({"-l", "-3"}) == "bench: option --max-length is \"-3\", expected at least 1");
  for (const char* text : {"", "half", "nan", "inf", "0.5x"}) {
    CHECK_THAT(complaint({"--rate", text}), Catch::Matchers::Contains("expected a number"));
  }
  CHECK(complaint({"--rate=1.5"}) == "bench: option --rate is \"1.5\", expected a number from 0 to 1");
  CHECK(complaint({"--memory=lots"}) == "bench: option --memory is \"lots\", expected a size such as 512M, 24G or 80%");
  CHECK(complaint({"--special=maybe"}) == "bench: option --special is \"maybe\", expected true or false");
}

TEST_CASE("an option that implies a value takes the next word only if it can be one") {
  const auto read_pad = [](const Words& words) {
    Form form = Form::ids;
    std::string pad, model;
    Words files;
    Options options;
    options.choice("form", form, {{"ids", Form::ids}, {"tokens", Form::tokens}}).implied("tokens");
    options.value("pad", pad, "LENGTH").suggest({"longest"}).implied("own");
    options.value('m', "model", model, "FILE");
    options.operands("FILE", files);
    apply_layers("bench", options, parse_arguments("bench", words, options));
    std::string all = std::string(form == Form::tokens ? "tokens" : "ids") + "," + pad + "," + model;
    for (const std::string& file : files) all += "," + file;
    return all;
  };
  CHECK(read_pad({"--pad", "--form"}) == "tokens,own,");
  CHECK(read_pad({"--pad", "longest", "--form", "ids"}) == "ids,longest,");
  CHECK(read_pad({"--pad", "12", "--form", "12"}) == "tokens,12,,12");
  CHECK(read_pad({"--pad", "text", "--form", "text"}) == "tokens,own,,text,text");
  CHECK(read_pad({"--pad=text", "--form=ids"}) == "ids,text,");
  CHECK(read_pad({"-m", "--pad", "--model", "--form"}) == "ids,,--form");
  CHECK(read_pad({"--", "--pad"}) == "ids,,,--pad");
}

TEST_CASE("an operand too many is refused where no list takes it") {
  std::string only;
  Options options;
  options.operand("MODEL", only);
  CHECK_THROWS_AS(parse_arguments("bench", {"a", "b"}, options), Error);
  CHECK(parse_arguments("bench", {"a"}, options).assignments.size() == 1);
}

TEST_CASE("sizes are read with their units") {
  CHECK(read({"--memory", "512M"}).memory == 512u * 1024 * 1024);
  CHECK(read({"--memory=80%"}).memory > 0);
}
