// A folder as Hugging Face lays one out: tokenizer.json, its configuration, and beside it the older form of the same
// tokenizer where there is one (vocab.txt, vocab.json + merges.txt, SentencePiece's tokenizer.model).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/io/output.h"
#include "tokenizers/definition.h"

namespace quern::formats {

struct FolderFile {
  std::string name, content;
};

bool names_folder(std::string_view path);  // a folder that is there, or a name without a suffix
void write_folder(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options);

// The older forms, configuration included. Error{unsupported} with the reason when a form cannot say the tokenizer.
std::vector<FolderFile> vocabulary_and_merges_files(const TokenizerDefinition& definition);
std::vector<FolderFile> vocab_txt_files(const TokenizerDefinition& definition);
std::vector<FolderFile> sentencepiece_files(const TokenizerDefinition& definition);

}  // namespace quern::formats
