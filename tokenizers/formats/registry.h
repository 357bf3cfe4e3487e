// Tokenizer files: which forms there are, how to tell them apart, how to read and write them.
//
//   TokenizerDefinition d = formats::read("gpt2/", {});            // told by content, then by name
//   formats::write(d, "out.tiktoken", {.force = true});            // told by suffix; a folder gets vocab.json + merges.txt …
//
// A new form is one file in this folder with a Format object, registered in registry.cpp.
// Readers trust nothing: sizes, ids and UTF-8 are checked before anything is allocated by them, and errors name file and
// line (or JSON pointer). Writers refuse (Error{unsupported}) what the form cannot say exactly, with the reason.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/io/output.h"
#include "tokenizers/definition.h"
#include "tokenizers/tokenizer.h"

namespace quern::formats {

struct Format {
  const char* name;                                               // "tokenizer.json", "tiktoken", "vocab.json + merges.txt"
  bool (*recognises)(const std::string& path, std::string_view head);  // head: the first 4 KiB, empty for a folder
  TokenizerDefinition (*read)(const std::string& path, const LoadOptions& options);
  bool (*writes_to)(const std::string& path);                      // by suffix; null when the form is only read
  void (*write)(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options);
};

const std::vector<const Format*>& all();
TokenizerDefinition read(const std::string& path, const LoadOptions& options);
void write(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options);

}  // namespace quern::formats
