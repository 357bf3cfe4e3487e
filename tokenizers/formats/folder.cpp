#include "tokenizers/formats/folder.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "tokenizers/formats/conversion.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/tokenizer_config.h"

namespace quern::formats {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTokenizerJson = "tokenizer.json";

// The older form of this tokenizer; nothing when it has none.
std::vector<FolderFile> older_files(const TokenizerDefinition& definition) {
  try {
    if (std::holds_alternative<BpeModel>(definition.model)) return vocabulary_and_merges_files(definition);
    if (std::holds_alternative<WordPieceModel>(definition.model)) return vocab_txt_files(definition);
    if (std::holds_alternative<SentencePieceModel>(definition.model)) return sentencepiece_files(definition);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unsupported) throw;
  }
  return {};
}

std::vector<FolderFile> files_of(const TokenizerDefinition& definition) {
  std::vector<FolderFile> files;
  std::vector<FolderFile> older = older_files(definition);
  const Conversion conversion = convert_for(definition, kTokenizerJson);
  if (conversion.losses.empty()) files.push_back({kTokenizerJson, write_tokenizer_json(conversion.definition)});
  if (files.empty() && older.empty()) {
    throw Error(ErrorCode::unsupported, "no file of a folder can say this tokenizer: " + conversion.losses.front());
  }
  if (older.empty()) {
    files.push_back({"tokenizer_config.json", tokenizer_config_text(definition, "PreTrainedTokenizerFast")});
  }
  std::move(older.begin(), older.end(), std::back_inserter(files));
  files.push_back({"special_tokens_map.json", special_tokens_map_text(definition)});
  return files;
}

}  // namespace

bool names_folder(std::string_view path) { return fs::is_directory(path) || fs::path(path).extension().empty(); }

void write_folder(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options) {
  const std::vector<FolderFile> files = files_of(definition);
  std::error_code problem;
  fs::create_directories(path, problem);
  if (problem) throw system_error("cannot make the folder", problem.value(), path);
  // All are whole before the first gets its name, so that a full disk leaves what stood there.
  std::vector<Output> outputs;
  for (const FolderFile& file : files) {
    outputs.push_back(Output::to_file((fs::path(path) / file.name).string(), options));
    outputs.back().write(file.content);
    outputs.back().flush();
  }
  for (Output& output : outputs) output.commit();
}

}  // namespace quern::formats
