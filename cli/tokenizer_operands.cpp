#include "cli/tokenizer_operands.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "tokenizers/formats/registry.h"

namespace quern::cli {
namespace {

// A pipe is text: looking at it would take its first bytes away.
bool is_tokenizer(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none) && !std::filesystem::is_directory(path, none)) return false;
  return formats::recognise(formats::inspect(path)) != nullptr;
}

}  // namespace

namespace shared {

void tokenizer_operands(Options& options, TokenizerOperands& tokenizers) {
  options.operand("TOK…", tokenizers.first)
      .path()
      .help("tokenizers: files of any form, or folders")
      .details(
          "The first operand is a tokenizer, and so are those behind it that are one by their first bytes or name; text "
          "begins with the first that is none. Where that would be wrong (a text called vocab.txt), name tokenizers with -t.");
  options.value('t', "tokenizer", tokenizers.named, "TOK").path().help("a tokenizer; with it all operands are text");
  tokenizer_hints(options, tokenizers.hints);
}

}  // namespace shared

Inspected split_operands(const TokenizerOperands& tokenizers, const Inputs& inputs) {
  Inspected inspected{tokenizers.named, inputs};
  std::vector<std::string>& files = inspected.inputs.files;
  if (!tokenizers.first.empty()) files.insert(files.begin(), tokenizers.first);
  if (tokenizers.named.empty()) {
    if (files.empty()) throw Error(ErrorCode::usage, "no tokenizer was named").remedy("name one before the text, or with -t");
    const auto text = std::find_if_not(files.begin() + 1, files.end(), is_tokenizer);
    inspected.paths.assign(files.begin(), text);
    files.erase(files.begin(), text);
  }
  require_input(inspected.inputs);
  return inspected;
}

std::vector<std::string> short_names(const std::vector<std::string>& paths) {
  const auto last_parts = [](const std::string& path, std::size_t count) {
    std::size_t begin = path.find_last_not_of('/');
    for (; count > 0 && begin != path.npos && begin > 0; --count) begin = path.rfind('/', begin - 1);
    return begin == path.npos || count > 0 ? path : path.substr(path[begin] == '/' ? begin + 1 : begin);
  };
  std::vector<std::string> names;
  for (const std::string& path : paths) {
    const std::size_t parts = 1 + static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
    std::size_t count = 1;
    const auto is_other = [&](const std::string& other) {
      return other != path && last_parts(other, count) == last_parts(path, count);
    };
    while (count < parts && std::any_of(paths.begin(), paths.end(), is_other)) ++count;
    names.push_back(last_parts(path, count));
  }
  return names;
}

std::vector<Tokenizer> load_all(const std::vector<std::string>& paths, const TokenizerHints& hints, const Context& context) {
  bool used_pattern = hints.pattern.empty(), used_case = !hints.lowercase && !hints.cased;
  std::vector<Tokenizer> tokenizers;
  for (const std::string& path : paths) {
    const formats::Format* const format = formats::recognise(formats::inspect(path));
    TokenizerHints own;
    if (format == &formats::tiktoken) own.pattern = hints.pattern, used_pattern = true;
    if (format == &formats::vocab_txt) own.lowercase = hints.lowercase, own.cased = hints.cased, used_case = true;
    tokenizers.push_back(Tokenizer::load(path, load_options(own, context)));
  }
  if (!used_pattern) throw Error(ErrorCode::usage, "--pattern is for .tiktoken files; none was named");
  if (!used_case) throw Error(ErrorCode::usage, "--lowercase and --cased are for vocab.txt; none was named");
  return tokenizers;
}

}  // namespace quern::cli
