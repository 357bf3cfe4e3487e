// The tokenizer that a command uses: which file or folder, and what the file itself does not say.
//
//   shared::tokenizer(options, config.tokenizer);                       // -t, --pattern, --lowercase, --cased
//   const Tokenizer tokenizer = load(config.tokenizer, context);        // what was guessed is a notice
#pragma once

#include <string>

#include "cli/context.h"
#include "cli/options.h"
#include "tokenizers/tokenizer.h"

namespace quern::cli {

// What some files do not say.
struct TokenizerHints {
  std::string pattern;
  bool lowercase = false, cased = false;
};
struct TokenizerChoice : TokenizerHints {
  std::string path;
};

namespace shared {
void tokenizer_hints(Options& options, TokenizerHints& hints);      // --pattern, --lowercase, --cased
void tokenizer(Options& options, TokenizerChoice& choice);          // -t TOK, required
void tokenizer_operand(Options& options, TokenizerChoice& choice);  // TOK
}  // namespace shared

LoadOptions load_options(const TokenizerHints& hints, const Context& context);
Tokenizer load(const TokenizerChoice& choice, const Context& context);

}  // namespace quern::cli
