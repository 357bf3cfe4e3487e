#include "cli/tokenizer_choice.h"

#include "core/error.h"

namespace quern::cli {
namespace {

constexpr const char* kHelp = "tokenizer: a file of any form, or a folder";
constexpr const char* kDetails =
    "tokenizer.json, SentencePiece's .model, vocab.txt, vocab.json with merges.txt beside it, .tiktoken, or a folder that "
    "holds one of them; quern-formats(5) describes them.";

void declare_rest(Options& options, TokenizerChoice& choice) {
  options.value("pattern", choice.pattern, "NAME|REGEX")
      .help("split pattern of a .tiktoken file: gpt2, cl100k, o200k or a regex");
  options.flag("lowercase", choice.lowercase)
      .help("a vocab.txt is for lowercased text")
      .details("Without it and without --cased, tokenizer_config.json beside the file decides, or whether the vocabulary "
               "has capitals.");
  options.flag("cased", choice.cased).help("a vocab.txt is for text as it is");
  options.check([&choice] {
    if (choice.lowercase && choice.cased) throw Error(ErrorCode::usage, "--lowercase and --cased exclude each other");
  });
}

}  // namespace

namespace shared {

void tokenizer(Options& options, TokenizerChoice& choice) {
  options.value('t', "tokenizer", choice.path, "TOK").required().path().help(kHelp).details(kDetails);
  declare_rest(options, choice);
}

void tokenizer_operand(Options& options, TokenizerChoice& choice) {
  options.operand("TOK", choice.path).required().path().help(kHelp).details(kDetails);
  declare_rest(options, choice);
}

}  // namespace shared

LoadOptions load_options(const TokenizerChoice& choice, const Context& context) {
  LoadOptions options;
  options.pattern = choice.pattern;
  if (choice.lowercase || choice.cased) {
    options.letter_case = choice.lowercase ? LoadOptions::LetterCase::lower : LoadOptions::LetterCase::cased;
  }
  options.notice = [&context](const std::string& text) { context.notice(text); };
  return options;
}

Tokenizer load(const TokenizerChoice& choice, const Context& context) {
  return Tokenizer::load(choice.path, load_options(choice, context));
}

}  // namespace quern::cli
