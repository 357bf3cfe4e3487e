#include "tokenizers/formats/registry.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/io/input.h"
#include "tokenizers/formats/conversion.h"
#include "tokenizers/formats/folder.h"

namespace quern::formats {

Candidate inspect(const std::string& path) {
  Candidate candidate{.path = path, .is_folder = std::filesystem::is_directory(path), .head = {}};
  if (candidate.is_folder) return candidate;
  constexpr std::size_t kHead = 4096;
  candidate.head.resize(kHead);
  const auto input = open_input(path);
  std::size_t size = 0;
  while (size < kHead) {
    const std::size_t n = input->read(candidate.head.data() + size, kHead - size);
    if (n == 0) break;
    size += n;
  }
  candidate.head.resize(size);
  return candidate;
}

namespace {

[[noreturn]] void refuse(const Candidate& candidate) {
  const std::string name = candidate.name();
  if (name.ends_with(".vocab")) {
    throw Error(ErrorCode::unsupported, "a .vocab lists pieces and scores, but not how text is normalized")
        .at(candidate.path)
        .remedy("name the .model that it was written beside");
  }
  Error error(ErrorCode::format, candidate.is_folder ? "no tokenizer in this folder" : "not a tokenizer");
  error.at(candidate.path);
  if (candidate.is_folder) {
    error.remedy("it should hold tokenizer.json, tokenizer.model, vocab.txt, or vocab.json and merges.txt");
  } else {
    error.remedy("known are tokenizer.json, SentencePiece's .model, vocab.txt, vocab.json with merges.txt, and .tiktoken");
  }
  throw error;
}

void require_exact(const Conversion& conversion, const std::string& form) {
  if (conversion.losses.empty()) return;
  throw Error(ErrorCode::unsupported, form + " cannot say this tokenizer exactly: " + conversion.losses.front())
      .remedy("write tokenizer.json instead, or convert it with --lossy");
}

// Null: a folder.
const Format* format_for(const std::string& path) {
  for (const Format* format : all()) {
    if (format->writes_to != nullptr && format->writes_to(path)) return format;
  }
  if (names_folder(path)) return nullptr;
  throw Error(ErrorCode::usage, "no tokenizer format has this suffix").at(path).remedy("write to NAME.json, NAME.model, vocab.txt, NAME.tiktoken or a folder");
}

}  // namespace

std::string Candidate::name() const {
  const std::filesystem::path p(path);
  return p.has_filename() ? p.filename().string() : p.parent_path().filename().string();
}

bool Candidate::holds(std::string_view file) const {
  return is_folder && std::filesystem::is_regular_file(std::filesystem::path(path) / file);
}

std::string Candidate::inside(std::string_view file) const { return (std::filesystem::path(path) / file).string(); }

const std::vector<const Format*>& all() {
  static const std::vector<const Format*> formats = {&tokenizer_json, &sentencepiece, &vocab_txt,
                                                     &vocabulary_and_merges, &tiktoken};
  return formats;
}

const Format* recognise(const Candidate& candidate) {
  const auto found = std::find_if(all().begin(), all().end(), [&](const Format* format) { return format->recognises(candidate); });
  return found == all().end() ? nullptr : *found;
}

TokenizerDefinition read(const std::string& path, const LoadOptions& options) {
  const Candidate candidate = inspect(path);
  const Format* const format = recognise(candidate);
  if (format == nullptr) refuse(candidate);
  if (!options.pattern.empty() && format != &tiktoken) {
    throw Error(ErrorCode::usage, std::string("--pattern is for .tiktoken files; ") + format->name + " has its own").at(path);
  }
  if (options.letter_case != LoadOptions::LetterCase::by_file && format != &vocab_txt) {
    throw Error(ErrorCode::usage, std::string("--lowercase and --cased are for vocab.txt; ") + format->name + " has its own rules")
        .at(path);
  }
  return format->read(candidate, options);
}

void require_target(const std::string& path, const OutputOptions& options) {
  const std::filesystem::path target(path);
  if (format_for(path) != nullptr) {
    (void)Output::to_file(path, options);
  } else if (const std::string inside = (target / "tokenizer.json").string(); !options.force && std::filesystem::exists(inside)) {
    throw Error(ErrorCode::usage, "exists already").at(inside).remedy("replace it with --force, or choose another name");
  }
}

void write(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options) {
  const Format* const format = format_for(path);
  if (format == nullptr) return write_folder(definition, path, options);
  const Conversion conversion = convert_for(definition, path);
  require_exact(conversion, format->name);
  format->write(conversion.definition, path, options);
}

}  // namespace quern::formats
