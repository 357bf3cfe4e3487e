// GPT-2's two files, vocab.json + merges.txt (or encoder.json + vocab.bpe), and what tokenizer_config.json beside them
// says of special tokens and of the kind of tokenizer.
#include <algorithm>
#include <array>
#include <filesystem>

#include "core/error.h"
#include "core/io/input.h"
#include "core/json.h"
#include "tokenizers/formats/folder.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/tokenizer_config.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

namespace fs = std::filesystem;

struct FilePair {
  const char *vocabulary, *merges;
};
constexpr std::array<FilePair, 2> kPairs = {FilePair{"vocab.json", "merges.txt"},
                                            FilePair{"encoder.json", "vocab.bpe"}};
constexpr const char* kEndOfText = "<|endoftext|>";

struct Files {
  std::string vocabulary, merges, folder;
};

// A folder that holds both, or one of the two: "gpt2-vocab.json" belongs to "gpt2-merges.txt".
bool find_files(const Candidate& candidate, Files& files) {
  for (const FilePair& pair : kPairs) {
    if (candidate.is_folder) {
      if (!candidate.holds(pair.vocabulary) || !candidate.holds(pair.merges)) continue;
      files = {candidate.inside(pair.vocabulary), candidate.inside(pair.merges), candidate.path};
      return true;
    }
    for (const char* own : {pair.vocabulary, pair.merges}) {
      if (!candidate.name().ends_with(own)) continue;
      const std::string stem = candidate.path.substr(0, candidate.path.size() - std::string_view(own).size());
      files = {stem + pair.vocabulary, stem + pair.merges, fs::path(candidate.path).parent_path().string()};
      return true;
    }
  }
  return false;
}

void read_vocabulary(const std::string& path, VocabularyBuilder& builder) {
  const JsonDocument document(read_file(path), path);
  document.root().for_each_natural([&](const std::string& token, std::uint64_t id, std::uint64_t i) {
    builder.add(token, id, {.pointer = "", .number = i});
  });
  builder.finish();
}

void read_merges(const std::string& path, VocabularyBuilder& builder) {
  const std::string content = read_file(path);
  builder.in_file(path);
  std::string_view text = content;
  std::uint64_t number = 0;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("#version") || line.empty()) continue;
    const auto [left, right] = cut_merge(line);
    if (right.empty()) builder.refuse({.line = number}, "not a merge: expected two tokens with a space between them");
    builder.merge(left, right, {.line = number});
  }
}

enum class Kind { gpt2, roberta };

Kind read_kind(const TokenizerConfig& config) {
  const std::string name = config.tokenizer_class("GPT2Tokenizer");
  if (name == "GPT2Tokenizer") return Kind::gpt2;
  if (name == "RobertaTokenizer") return Kind::roberta;
  config["tokenizer_class"].unsupported("tokenizer class " + in_quotes(name));
}

const AddedToken& role_token(const TokenizerDefinition& definition, const TokenizerConfig& config, const char* role,
                             const char* otherwise) {
  const auto token = config.role(role);
  const std::string content = token ? token->content : otherwise;
  for (const AddedToken& added : definition.added_tokens) {
    if (added.content == content) return added;
  }
  config.role_place(role).refuse(ErrorCode::format, in_quotes(content) + " is not among the added tokens");
}

// What transformers makes of its slow tokenizers' files: GPT-2's pipeline, or RoBERTa's with <s> and </s> around a
// text.
void apply_config(const TokenizerConfig& config, TokenizerDefinition& definition) {
  const Kind kind = read_kind(config);
  const auto adjust = [&](const std::string& role, AddedToken& token) {
    // transformers' RoBERTa lets its mask take the space before it along, unless the file says otherwise.
    if (kind == Kind::roberta && role == "mask_token" && config.role_place(role).is_text()) token.lstrip = true;
  };
  definition.added_tokens = config.added_tokens(std::get<BpeModel>(definition.model).vocabulary, adjust);
  const bool add_prefix_space = config["add_prefix_space"].boolean_or(false);
  definition.pre_tokenizers = {ByteLevelPreTokenizer{.add_prefix_space = add_prefix_space, .use_regex = true}};
  definition.decoders = {ByteLevelDecoder{}};
  if (kind == Kind::gpt2) {
    definition.post_processors = {ByteLevelPostProcessor{.add_prefix_space = true, .trim_offsets = false}};
    return;
  }
  const AddedToken& cls = role_token(definition, config, "cls_token", "<s>");
  const AddedToken& sep = role_token(definition, config, "sep_token", "</s>");
  definition.post_processors = {RobertaPostProcessor{.sep = {sep.content, sep.id},
                                                     .cls = {cls.content, cls.id},
                                                     .trim_offsets = true,
                                                     .add_prefix_space = add_prefix_space}};
}

bool recognises(const Candidate& candidate) {
  Files files;
  return find_files(candidate, files);
}

TokenizerDefinition read_files(const Candidate& candidate, const LoadOptions&) {
  Files files;
  find_files(candidate, files);
  VocabularyBuilder builder(files.vocabulary);
  read_vocabulary(files.vocabulary, builder);
  read_merges(files.merges, builder);
  TokenizerDefinition definition;
  definition.model = builder.take();
  if (const TokenizerConfig config(files.folder); config.exists()) {
    apply_config(config, definition);
  } else {
    // Without a configuration it is GPT-2, whose one special token ends a text.
    const auto& vocabulary = std::get<BpeModel>(definition.model).vocabulary;
    const bool ends_text = std::find(vocabulary.begin(), vocabulary.end(), kEndOfText) != vocabulary.end();
    apply_config(TokenizerConfig(ends_text ? R"({"eos_token": "<|endoftext|>"})" : "{}", files.vocabulary), definition);
  }
  return definition;
}

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorCode::unsupported, "vocab.json and merges.txt cannot say this tokenizer: " + reason)
      .remedy("write tokenizer.json instead");
}

void require_sayable(const TokenizerDefinition& definition) {
  const auto* model = std::get_if<BpeModel>(&definition.model);
  if (!model) refuse("its model is not BPE");
  if (model->order == BpeOrder::ranks) refuse("it goes by ranks");
  if (model->ignore_merges) refuse("it looks for whole pieces first");
  if (model->unk_token) refuse("it has an unknown token");
  if (!model->continuing_subword_prefix.empty() || !model->end_of_word_suffix.empty()) refuse("it marks parts of words");
  if (model->dropout != 0) refuse("it drops merges at random");
  if (!definition.normalizers.empty()) refuse("it normalizes");
  if (definition.decoders != std::vector<Decoder>{ByteLevelDecoder{}}) refuse("its decoder is not ByteLevel");
  const auto* byte_level = definition.pre_tokenizers.size() == 1
                               ? std::get_if<ByteLevelPreTokenizer>(&definition.pre_tokenizers[0])
                               : nullptr;
  if (!byte_level || !byte_level->use_regex) refuse("its split pattern is not GPT-2's");
  const auto is_sayable = [](const PostProcessor& part) {
    return std::holds_alternative<ByteLevelPostProcessor>(part) || std::holds_alternative<RobertaPostProcessor>(part);
  };
  if (definition.post_processors.size() > 1 ||
      (definition.post_processors.size() == 1 && !is_sayable(definition.post_processors[0]))) {
    refuse("it puts other special tokens around a text than RoBERTa does");
  }
}

}  // namespace

std::vector<FolderFile> vocabulary_and_merges_files(const TokenizerDefinition& definition) {
  require_sayable(definition);
  const auto& model = std::get<BpeModel>(definition.model);
  std::string vocabulary = "{";
  for (std::size_t id = 0; id < model.vocabulary.size(); ++id) {
    if (model.vocabulary[id].empty()) continue;
    if (vocabulary.size() > 1) vocabulary += ',';
    append_json_string(vocabulary, model.vocabulary[id]);
    vocabulary += ":" + std::to_string(id);
  }
  vocabulary += "}\n";
  std::string merges = "#version: 0.2\n";
  for (const Merge& merge : model.merges)
    merges += model.vocabulary[merge.left] + " " + model.vocabulary[merge.right] + "\n";
  const bool is_roberta = !definition.post_processors.empty() &&
                          std::holds_alternative<RobertaPostProcessor>(definition.post_processors[0]);
  const bool prefix = std::get<ByteLevelPreTokenizer>(definition.pre_tokenizers[0]).add_prefix_space;
  return {{kPairs[0].vocabulary, vocabulary},
          {kPairs[0].merges, merges},
          {"tokenizer_config.json",
           tokenizer_config_text(definition, is_roberta ? "RobertaTokenizer" : "GPT2Tokenizer",
                                 {{"add_prefix_space", prefix}})}};
}

const Format vocabulary_and_merges = {"vocab.json + merges.txt", recognises, read_files, nullptr, nullptr};

}  // namespace quern::formats
