// BERT's vocab.txt: one token a line, its number the id. The pipeline around it is always the same, but for the letter
// case, of which tokenizer_config.json beside it tells, else the user, else the vocabulary itself.
#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "core/error.h"
#include "core/io/input.h"
#include "core/text/utf8.h"
#include "tokenizers/formats/folder.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/tokenizer_config.h"
#include "tokenizers/formats/vocabulary_builder.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern::formats {
namespace {

namespace fs = std::filesystem;
using LetterCase = LoadOptions::LetterCase;

constexpr const char* kName = "vocab.txt";

bool is_space(char32_t c) { return (unicode::char_class(c) & unicode::kSpace) != 0; }

// White space at the end of a line is not part of the token, whatever it is (as in Rust's trim_end).
std::string_view trim_end(std::string_view line) {
  std::size_t end = line.size();
  while (end > 0) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(line[begin]) & 0xC0) == 0x80) --begin;
    const char* p = line.data() + begin;
    if (!is_space(utf8::decode(p))) break;
    end = begin;
  }
  return line.substr(0, end);
}

// As Hugging Face reads it: an empty line is an id without a text, and of a token that is there twice the later counts.
std::vector<std::string> read_tokens(std::string_view text, const std::string& path) {
  if (const std::size_t valid = utf8::valid_prefix(text); valid < text.size()) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(valid), '\n');
    throw Error(ErrorCode::format, "text that is not UTF-8").at(path, static_cast<std::uint64_t>(line), valid);
  }
  std::vector<std::string> tokens;
  std::unordered_map<std::string_view, std::size_t> places;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    const std::string_view token = trim_end(text.substr(0, size));
    if (token.size() > 0) {
      const auto [place, is_new] = places.emplace(token, tokens.size());
      if (!is_new) tokens[std::exchange(place->second, tokens.size())].clear();
    }
    tokens.emplace_back(token);
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return tokens;
}

// A vocabulary of lowercased text has no token for any capital.
bool has_capitals(const std::vector<std::string>& tokens) {
  return std::any_of(tokens.begin(), tokens.end(),
                     [](const std::string& t) { return t.size() == 1 && t[0] >= 'A' && t[0] <= 'Z'; });
}

bool decide_lowercase(const TokenizerConfig& config, const std::vector<std::string>& tokens, const std::string& path,
                      const LoadOptions& options) {
  if (options.letter_case != LetterCase::by_file) return options.letter_case == LetterCase::lower;
  if (const JsonCursor said = config["do_lower_case"]; !said.is_null()) return said.boolean();
  const bool lowercase = !has_capitals(tokens);
  if (options.notice) {
    options.notice(path + ": text will be " + (lowercase ? "lowercased, since no capital is a token" :
                                                           "taken with its capitals, since they are tokens") +
                   "; say --lowercase or --cased to decide");
  }
  return lowercase;
}

void require_bert(const TokenizerConfig& config) {
  static const std::vector<std::string> kClasses = {"BertTokenizer",      "DistilBertTokenizer", "ElectraTokenizer",
                                                    "MobileBertTokenizer", "ConvBertTokenizer",   "RetriBertTokenizer",
                                                    "DPRQuestionEncoderTokenizer", "LayoutLMTokenizer"};
  const std::string name = config.tokenizer_class("BertTokenizer");
  if (std::find(kClasses.begin(), kClasses.end(), name) == kClasses.end()) {
    config["tokenizer_class"].unsupported("tokenizer class " + in_quotes(name));
  }
  if (!config["do_basic_tokenize"].boolean_or(true)) config["do_basic_tokenize"].unsupported("no basic tokenization");
  if (!config["never_split"].is_empty()) config["never_split"].unsupported("a list of what is never split");
}

// The five tokens by the names of the configuration, or BERT's.
AddedToken role_token(const TokenizerConfig& config, const char* role, const char* otherwise) {
  return config.role(role).value_or(AddedToken{.id = 0, .content = otherwise, .normalized = false, .special = true});
}

void add_specials(const TokenizerConfig& config, TokenizerDefinition& definition) {
  auto& model = std::get<WordPieceModel>(definition.model);
  definition.added_tokens = config.added_tokens(model.vocabulary);
  std::unordered_map<std::string_view, TokenId> ids;
  for (std::size_t id = 0; id < model.vocabulary.size(); ++id) ids.emplace(model.vocabulary[id], static_cast<TokenId>(id));
  const auto find = [&](const char* role, const char* otherwise) -> std::optional<std::pair<std::string, TokenId>> {
    AddedToken token = role_token(config, role, otherwise);
    for (const AddedToken& added : definition.added_tokens) {
      if (added.content == token.content) return std::pair(added.content, added.id);
    }
    const auto known = ids.find(token.content);
    if (known == ids.end()) return std::nullopt;
    token.id = known->second;
    definition.added_tokens.push_back(token);
    return std::pair(token.content, token.id);
  };
  const auto unk = find("unk_token", "[UNK]");
  if (!unk) {
    config.role_place("unk_token").refuse(ErrorCode::format, "the vocabulary has no token for what is unknown");
  }
  model.unk_token = unk->first;
  find("pad_token", "[PAD]");
  find("mask_token", "[MASK]");
  const auto cls = find("cls_token", "[CLS]"), sep = find("sep_token", "[SEP]");
  if (cls && sep) definition.post_processors = {BertPostProcessor{.sep = *sep, .cls = *cls}};
  std::sort(definition.added_tokens.begin(), definition.added_tokens.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
}

TokenizerDefinition read(std::string_view text, const std::string& path, const TokenizerConfig& config,
                         const LoadOptions& options) {
  require_bert(config);
  TokenizerDefinition definition;
  definition.model = WordPieceModel{.vocabulary = read_tokens(text, path)};
  const auto& tokens = std::get<WordPieceModel>(definition.model).vocabulary;
  BertNormalizer normalizer;
  normalizer.lowercase = decide_lowercase(config, tokens, path, options);
  normalizer.handle_chinese_chars = config["tokenize_chinese_chars"].boolean_or(true);
  if (const JsonCursor strip = config["strip_accents"]; !strip.is_null()) normalizer.strip_accents = strip.boolean();
  definition.normalizers = {normalizer};
  definition.pre_tokenizers = {BertPreTokenizer{}};
  definition.decoders = {WordPieceDecoder{}};
  add_specials(config, definition);
  return definition;
}

// A file of that name, or one whose first lines hold BERT's tokens.
bool recognises(const Candidate& candidate) {
  if (candidate.is_folder) return candidate.holds(kName);
  if (candidate.name().ends_with(kName)) return true;
  const std::string lines = "\n" + candidate.head;
  return lines.starts_with("\n[PAD]\n") || (lines.find("\n[UNK]\n") != lines.npos && lines.find('\0') == lines.npos);
}

TokenizerDefinition read_file_or_folder(const Candidate& candidate, const LoadOptions& options) {
  const std::string path = candidate.is_folder ? candidate.inside(kName) : candidate.path;
  return read(read_file(path), path, TokenizerConfig(fs::path(path).parent_path().string()), options);
}

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorCode::unsupported, std::string(kName) + " cannot say this tokenizer: " + reason)
      .remedy("write tokenizer.json instead");
}

std::string tokens_text(const TokenizerDefinition& definition) {
  const auto* model = std::get_if<WordPieceModel>(&definition.model);
  if (!model) refuse("its model is not WordPiece");
  std::string text;
  for (const std::string& token : model->vocabulary) {
    if (token.find('\n') != token.npos || trim_end(token) != token) {
      refuse("token " + in_quotes(token) + " holds a line end, or ends in white space");
    }
    text += token + "\n";
  }
  return text;
}

const BertNormalizer& bert_normalizer(const TokenizerDefinition& definition) {
  const auto* normalizer =
      definition.normalizers.size() == 1 ? std::get_if<BertNormalizer>(&definition.normalizers[0]) : nullptr;
  if (!normalizer) refuse("its normalizer is not BERT's");
  return *normalizer;
}

std::string config_text(const TokenizerDefinition& definition) {
  const BertNormalizer& normalizer = bert_normalizer(definition);
  return tokenizer_config_text(definition, "BertTokenizer",
                               {{"do_lower_case", normalizer.lowercase},
                                {"strip_accents", normalizer.strip_accents},
                                {"tokenize_chinese_chars", normalizer.handle_chinese_chars}});
}

// What reads back differently cannot be said.
void require_same(const TokenizerDefinition& read_back, const TokenizerDefinition& definition) {
  if (read_back.model != definition.model) refuse("its model marks or limits words otherwise than BERT");
  if (read_back.added_tokens != definition.added_tokens) refuse("it has no place for its added tokens");
  if (read_back.pre_tokenizers != definition.pre_tokenizers) refuse("its pre-tokenizer is not BERT's");
  if (read_back.decoders != definition.decoders) refuse("its decoder is not BERT's");
  if (read_back.post_processors != definition.post_processors) {
    refuse("it puts other special tokens around a text than BERT does");
  }
  if (read_back.normalizers != definition.normalizers) refuse("its normalizer is not BERT's");
}

void write_to_file(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options) {
  const std::string text = tokens_text(definition);
  LoadOptions as_it_is;
  as_it_is.letter_case = bert_normalizer(definition).lowercase ? LetterCase::lower : LetterCase::cased;
  require_same(read_vocab_txt(text, path, as_it_is), definition);
  write_file(path, text, options);
}

}  // namespace

TokenizerDefinition read_vocab_txt(std::string_view text, const std::string& name, const LoadOptions& options) {
  return read(text, name, TokenizerConfig("{}", name), options);
}

std::vector<FolderFile> vocab_txt_files(const TokenizerDefinition& definition) {
  const std::string text = tokens_text(definition), config = config_text(definition);
  require_same(read(text, kName, TokenizerConfig(config, "tokenizer_config.json"), {}), definition);
  return {{kName, text}, {"tokenizer_config.json", config}};
}

const Format vocab_txt = {"vocab.txt", recognises, read_file_or_folder,
                          [](std::string_view path) { return path.ends_with(kName); }, write_to_file};

}  // namespace quern::formats
