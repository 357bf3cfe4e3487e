// One form of a tokenizer into another, exactly or not at all.
#include "cli/commands/registry.h"
#include "cli/shared_options.h"
#include "cli/tokenizer_choice.h"
#include "core/error.h"
#include "tokenizers/formats/conversion.h"
#include "tokenizers/formats/registry.h"

namespace quern::cli {
namespace {

struct Config {
  TokenizerChoice tokenizer;
  bool lossy = false;
  OutputTarget output;
};

void declare(Options& options, Config& config) {
  shared::tokenizer_operand(options, config.tokenizer);
  options.flag("lossy", config.lossy).help("convert even where something is lost, and say what");
  shared::output(options, config.output);
}

std::string list(const std::vector<std::string>& losses) {
  std::string text;
  for (const std::string& loss : losses) text += (text.empty() ? "" : "; ") + loss;
  return text;
}

void run(const Config& config, Context& context) {
  if (config.output.is_standard()) {
    throw Error(ErrorCode::usage, "where to? a tokenizer is written to a file or folder")
        .remedy("name it with -o: tokenizer.json, name.model, vocab.txt, name.tiktoken, or a folder");
  }
  const TokenizerDefinition from = formats::read(config.tokenizer.path, load_options(config.tokenizer, context));
  const formats::Conversion conversion = formats::convert_for(from, config.output.path);
  if (!conversion.losses.empty() && !config.lossy) {
    throw Error(ErrorCode::unsupported, "not the same there: " + list(conversion.losses))
        .at(config.output.path)
        .remedy("convert it all the same with --lossy");
  }
  formats::write(conversion.definition, config.output.path, {.force = config.output.force});
  if (!conversion.losses.empty()) context.warning(config.output.path + ": " + list(conversion.losses));
}

}  // namespace

const Command tokenizer_convert = make_command<Config>(
    {
        .name = "tokenizer convert",
        .group = Group::tokenizers,
        .summary = "write a tokenizer in another form",
        .description =
            "The form of the output follows its name: .json is a tokenizer.json, .model a SentencePiece model, .tiktoken a rank "
            "file, vocab.txt BERT's vocabulary, a name without a suffix a folder as of Hugging Face.\n\n"
            "The result gives the same ids for every text and decodes them to the same text, or there is no result and the "
            "reason is said; with --lossy there is one all the same. Not counted as a loss is how forms treat special tokens "
            "that the text itself spells: tokenizer.json finds them, .model and .tiktoken take them as text.",
        .examples = {{"quern tokenizer convert mill.json -o mill", "a folder with vocab.json and merges.txt"}},
        .see_also = {"tokenizer info", "tokenizer train", "encode"},
    },
    declare, run);

}  // namespace quern::cli
