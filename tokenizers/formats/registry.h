// Tokenizer files: which forms there are, how to tell them apart, how to read and write them.
//
//   TokenizerDefinition d = formats::read("gpt2/", {});       // told by content, then by name
//   formats::write(d, "out.tiktoken", {.force = true});       // told by suffix
//
//   tokenizer.json   Hugging Face; also a folder that holds one            read and written (suffix .json)
//   .model           SentencePiece                                         read and written (suffix .model), .vocab
//                                                                          beside it
//   vocab.txt        BERT's WordPiece; case by tokenizer_config.json beside it, by LoadOptions, or by the vocabulary
//                                                                          read and written (vocab.txt; a folder)
//   vocab + merges   vocab.json + merges.txt, or GPT-2's encoder.json + vocab.bpe: the folder, or either file
//                                                                          read, and written in a folder
//   folder           as of Hugging Face: folder.h says what is in it       read and written (no suffix, or "/" last)
//   tiktoken         lines of base64 and rank                              read and written (suffix .tiktoken)
//
// A new form is one file in this folder with a Format object, registered in registry.cpp.
// Readers trust nothing: sizes, ids and UTF-8 are checked before anything is allocated by them, and errors name file
// and line (or JSON pointer). Writers refuse (Error{unsupported}) what the form cannot say exactly, with the reason;
// what it can say in its own terms is converted (conversion.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/io/output.h"
#include "tokenizers/definition.h"
#include "tokenizers/tokenizer.h"

namespace quern::formats {

// What a path turned out to be, for recognises().
struct Candidate {
  std::string path;
  bool is_folder = false;
  std::string head;  // the first 4 KiB of a file, decompressed

  std::string name() const;                         // last component of the path
  bool holds(std::string_view file) const;          // a folder with this file in it
  std::string inside(std::string_view file) const;  // path of that file
};
Candidate inspect(const std::string& path);

struct Format {
  const char* name;
  bool (*recognises)(const Candidate& candidate);
  TokenizerDefinition (*read)(const Candidate& candidate, const LoadOptions& options);
  bool (*writes_to)(std::string_view path);  // by suffix; null: written in folders only
  void (*write)(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options);
};

extern const Format tokenizer_json;
extern const Format sentencepiece;
extern const Format tiktoken;
extern const Format vocab_txt;
extern const Format vocabulary_and_merges;

const std::vector<const Format*>& all();  // in the order in which they are asked
const Format* recognise(const Candidate& candidate);  // null: no tokenizer
TokenizerDefinition read(const std::string& path, const LoadOptions& options = {});
void write(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options = {});
// Before long work: Error unless some form is written to such a name, the place can be written to, and nothing is there that
// options.force does not allow to replace.
void require_target(const std::string& path, const OutputOptions& options = {});

// The same for bytes in memory, `name` standing in errors (tests, fuzzing).
TokenizerDefinition read_tokenizer_json(std::string_view text, const std::string& name);
std::string write_tokenizer_json(const TokenizerDefinition& definition);
TokenizerDefinition read_sentencepiece(std::string_view bytes, const std::string& name);
std::string write_sentencepiece(const TokenizerDefinition& definition);
TokenizerDefinition read_vocab_txt(std::string_view text, const std::string& name, const LoadOptions& options);
// The special tokens that a .tiktoken file with this vocabulary is known to have.
std::vector<AddedToken> tiktoken_specials(const TokenizerDefinition& definition);
TokenizerDefinition read_tiktoken(std::string_view text, const std::string& name, const LoadOptions& options);
std::string write_tiktoken(const TokenizerDefinition& definition);

}  // namespace quern::formats
