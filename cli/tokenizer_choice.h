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

struct TokenizerChoice {
  std::string path, pattern;
  bool lowercase = false, cased = false;
};

namespace shared {
void tokenizer(Options& options, TokenizerChoice& choice);          // -t TOK, required
void tokenizer_operand(Options& options, TokenizerChoice& choice);  // TOK
}  // namespace shared

LoadOptions load_options(const TokenizerChoice& choice, const Context& context);
Tokenizer load(const TokenizerChoice& choice, const Context& context);

}  // namespace quern::cli
