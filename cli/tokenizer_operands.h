// Tokenizers to look at and the text to look at them with, as operands: TOK… [FILE…].
//
//   shared::tokenizer_operands(options, config.tokenizers);   // TOK…, -t, --pattern, --lowercase, --cased
//   shared::inputs(options, config.inputs);                   // FILE…
//   const Inspected inspected = split_operands(config.tokenizers, config.inputs);
//
// The first operand is a tokenizer, and so are those after it that are one, by the same signs as everywhere (a form's first
// bytes, vocab.txt by its name); the first that is none begins the text. With -t the operands are text, all of them.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/shared_options.h"
#include "cli/tokenizer_choice.h"

namespace quern::cli {

struct TokenizerOperands {
  std::string first;               // further ones are at the front of the inputs' files
  std::vector<std::string> named;  // by -t
  TokenizerHints hints;
};

struct Inspected {
  std::vector<std::string> paths;  // of the tokenizers, at least one
  Inputs inputs;
};

namespace shared {
void tokenizer_operands(Options& options, TokenizerOperands& tokenizers);
}

// Error{usage} without a tokenizer.
Inspected split_operands(const TokenizerOperands& tokenizers, const Inputs& inputs);

// As much of the ends of paths as tells them apart: "gpt2/tokenizer.json" and "t5/tokenizer.json", or "a.json" and "b.model".
std::vector<std::string> short_names(const std::vector<std::string>& paths);

// Each with the hints that are for its form. Error{usage} for a hint that is for none of them.
std::vector<Tokenizer> load_all(const std::vector<std::string>& paths, const TokenizerHints& hints, const Context& context);

}  // namespace quern::cli
