#include "cli/tokenizer_choice.h"

#include "core/error.h"

namespace quern::cli {
namespace {

constexpr const char* kHelp = "tokenizer: a file of any form, or a folder";
constexpr const char* kDetails =
    "tokenizer.json, SentencePiece's .model, vocab.txt, vocab.json with merges.txt beside it, .tiktoken, or a folder that "
    "holds one of them; quern-formats(5) describes them.";

}  // namespace

namespace shared {

void tokenizer_hints(Options& options, TokenizerHints& hints) {
  options.value("pattern", hints.pattern, "NAME|REGEX")
      .help("split pattern of a .tiktoken file: gpt2, cl100k, o200k or a regex");
  options.flag("lowercase", hints.lowercase)
      .help("a vocab.txt is for lowercased text")
      .details("Without it and without --cased, tokenizer_config.json beside the file decides, or whether the vocabulary "
               "has capitals.");
  options.flag("cased", hints.cased).help("a vocab.txt is for text as it is");
  options.check([&hints] {
    if (hints.lowercase && hints.cased) throw Error(ErrorCode::usage, "--lowercase and --cased exclude each other");
  });
}

void tokenizer(Options& options, TokenizerChoice& choice) {
  options.value('t', "tokenizer", choice.path, "TOK").required().path().help(kHelp).details(kDetails);
  tokenizer_hints(options, choice);
}

void tokenizer_operand(Options& options, TokenizerChoice& choice) {
  options.operand("TOK", choice.path).required().path().help(kHelp).details(kDetails);
  tokenizer_hints(options, choice);
}

}  // namespace shared

LoadOptions load_options(const TokenizerHints& hints, const Context& context) {
  LoadOptions options;
  options.pattern = hints.pattern;
  if (hints.lowercase || hints.cased) {
    options.letter_case = hints.lowercase ? LoadOptions::LetterCase::lower : LoadOptions::LetterCase::cased;
  }
  options.notice = [&context](const std::string& text) { context.notice(text); };
  return options;
}

Tokenizer load(const TokenizerChoice& choice, const Context& context) {
  return Tokenizer::load(choice.path, load_options(choice, context));
}

}  // namespace quern::cli
