// GPT-2's two files, vocab.json + merges.txt (or encoder.json + vocab.bpe), and what tokenizer_config.json beside them
// says of special tokens and of the kind of tokenizer.
#include <algorithm>
#include <array>
#include <filesystem>

#include "core/error.h"
#include "core/io/input.h"
#include "core/json.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/tokenizer_json_parts.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

namespace fs = std::filesystem;

struct FilePair {
  const char *vocabulary, *merges;
};
constexpr std::array<FilePair, 2> kPairs = {FilePair{"vocab.json", "merges.txt"},
                                            FilePair{"encoder.json", "vocab.bpe"}};
constexpr const char* kConfig = "tokenizer_config.json";
constexpr const char* kEndOfText = "<|endoftext|>";
// The roles that tokenizer_config.json gives to tokens, in the order in which transformers numbers new ones.
constexpr std::array<const char*, 7> kRoles = {"bos_token", "eos_token", "unk_token", "sep_token",
                                               "pad_token", "cls_token", "mask_token"};

struct Files {
  std::string vocabulary, merges, config;
};

// A folder that holds both, or one of the two: "gpt2-vocab.json" belongs to "gpt2-merges.txt".
bool find_files(const Candidate& candidate, Files& files) {
  for (const FilePair& pair : kPairs) {
    if (candidate.is_folder) {
      if (!candidate.holds(pair.vocabulary) || !candidate.holds(pair.merges)) continue;
      files = {candidate.inside(pair.vocabulary), candidate.inside(pair.merges), candidate.inside(kConfig)};
      return true;
    }
    for (const char* own : {pair.vocabulary, pair.merges}) {
      if (!candidate.name().ends_with(own)) continue;
      const std::string stem = candidate.path.substr(0, candidate.path.size() - std::string_view(own).size());
      files = {stem + pair.vocabulary, stem + pair.merges, (fs::path(candidate.path).parent_path() / kConfig).string()};
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

// The tokens that a configuration adds, found in the vocabulary or numbered behind it.
class AddedTokens {
 public:
  explicit AddedTokens(const std::vector<std::string>& vocabulary) : vocabulary_(vocabulary) {
    for (std::size_t id = 0; id < vocabulary.size(); ++id) {
      if (!vocabulary[id].empty()) ids_.emplace(vocabulary[id], static_cast<TokenId>(id));
    }
    next_ = static_cast<TokenId>(vocabulary.size());
  }

  void add(AddedToken token, std::optional<std::uint64_t> id, const JsonCursor& json) {
    if (contents_.contains(token.content)) return;
    const auto known = ids_.find(token.content);
    if (id && (*id >= id_limit(vocabulary_.size()) || (known != ids_.end() && known->second != *id))) {
      json.refuse(ErrorCode::format, in_quotes(token.content) + " cannot have the id " + std::to_string(*id));
    }
    token.id = id ? static_cast<TokenId>(*id) : known != ids_.end() ? known->second : next_;
    next_ = std::max(next_, token.id + 1);
    contents_.emplace(token.content, true);
    tokens_.push_back(std::move(token));
  }

  std::vector<AddedToken> take() {
    std::sort(tokens_.begin(), tokens_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return std::move(tokens_);
  }

 private:
  const std::vector<std::string>& vocabulary_;
  std::unordered_map<std::string_view, TokenId> ids_;
  std::unordered_map<std::string, bool> contents_;
  std::vector<AddedToken> tokens_;
  TokenId next_;
};

// A role's token is a string, or an object with the flags of an added token.
std::optional<AddedToken> read_role(const JsonCursor& json) {
  if (json.is_null()) return std::nullopt;
  if (json.is_text()) {
    if (json.text().empty()) json.refuse(ErrorCode::format, "an empty token");
    return AddedToken{.id = 0, .content = json.text(), .normalized = false, .special = true};
  }
  AddedToken token;
  token.content = json["content"].text();
  if (token.content.empty()) json.refuse(ErrorCode::format, "an empty token");
  token.single_word = json["single_word"].boolean_or(false);
  token.lstrip = json["lstrip"].boolean_or(false);
  token.rstrip = json["rstrip"].boolean_or(false);
  token.normalized = json["normalized"].boolean_or(false);
  token.special = true;
  return token;
}

enum class Kind { gpt2, roberta };

Kind read_kind(const JsonCursor& json) {
  const std::string name = json.is_null() ? "GPT2Tokenizer" : json.text();
  if (name == "GPT2Tokenizer" || name == "GPT2TokenizerFast") return Kind::gpt2;
  if (name == "RobertaTokenizer" || name == "RobertaTokenizerFast") return Kind::roberta;
  json.unsupported("tokenizer class " + in_quotes(name));
}

void read_added_tokens(const JsonCursor& config, Kind kind, AddedTokens& tokens) {
  if (const JsonCursor listed = config["added_tokens_decoder"]; !listed.is_null()) {
    for (const auto& [id_text, entry] : listed.members()) {
      const bool is_id =
          !id_text.empty() && id_text.size() < 10 && id_text.find_first_not_of("0123456789") == id_text.npos;
      if (!is_id) entry.refuse(ErrorCode::format, in_quotes(id_text) + " is not an id");
      tokens.add(read_added_token(entry), std::stoull(id_text), entry);
    }
  }
  for (const char* role : kRoles) {
    auto token = read_role(config[role]);
    if (!token) continue;
    // transformers' RoBERTa lets its mask take the space before it along, unless the file says otherwise.
    if (kind == Kind::roberta && role == std::string_view("mask_token") && config[role].is_text()) token->lstrip = true;
    tokens.add(std::move(*token), std::nullopt, config[role]);
  }
  if (const JsonCursor more = config["additional_special_tokens"]; !more.is_null()) {
    for (const JsonCursor& element : more.elements()) {
      if (auto token = read_role(element)) tokens.add(std::move(*token), std::nullopt, element);
    }
  }
}

const AddedToken& role_token(const TokenizerDefinition& definition, const JsonCursor& config, const char* role,
                             const char* otherwise) {
  const auto token = read_role(config[role]);
  const std::string content = token ? token->content : otherwise;
  for (const AddedToken& added : definition.added_tokens) {
    if (added.content == content) return added;
  }
  config[role].refuse(ErrorCode::format, in_quotes(content) + " is not among the added tokens");
}

// What transformers makes of its slow tokenizers' files: GPT-2's pipeline, or RoBERTa's with <s> and </s> around a
// text.
void apply_config(const JsonCursor& config, TokenizerDefinition& definition) {
  AddedTokens tokens(std::get<BpeModel>(definition.model).vocabulary);
  const Kind kind = read_kind(config["tokenizer_class"]);
  read_added_tokens(config, kind, tokens);
  definition.added_tokens = tokens.take();
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
  if (fs::exists(files.config)) {
    const JsonDocument config(read_file(files.config), files.config);
    apply_config(config.root(), definition);
  } else {
    // Without a configuration it is GPT-2, whose one special token ends a text.
    const auto& vocabulary = std::get<BpeModel>(definition.model).vocabulary;
    const bool ends_text = std::find(vocabulary.begin(), vocabulary.end(), kEndOfText) != vocabulary.end();
    const JsonDocument config(ends_text ? R"({"eos_token": "<|endoftext|>"})" : "{}", files.vocabulary);
    apply_config(config.root(), definition);
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

Json config_of(const TokenizerDefinition& definition) {
  Json config;
  config["add_prefix_space"] = std::get<ByteLevelPreTokenizer>(definition.pre_tokenizers[0]).add_prefix_space;
  Json& listed = config["added_tokens_decoder"] = Json::object();
  for (const AddedToken& token : definition.added_tokens) {
    listed[std::to_string(token.id)] = {{"content", token.content},         {"lstrip", token.lstrip},
                                        {"normalized", token.normalized},   {"rstrip", token.rstrip},
                                        {"single_word", token.single_word}, {"special", token.special}};
  }
  // Named or null: transformers would otherwise give a role its usual token and add that to the vocabulary.
  const auto* roberta =
      definition.post_processors.empty() ? nullptr : std::get_if<RobertaPostProcessor>(&definition.post_processors[0]);
  const auto has = [&](const std::string& content) {
    return std::any_of(definition.added_tokens.begin(), definition.added_tokens.end(),
                       [&](const auto& t) { return t.content == content; });
  };
  for (const char* role : kRoles) config[role] = nullptr;
  for (const char* role : {"bos_token", "eos_token", "unk_token"}) {
    if (has(kEndOfText)) config[role] = kEndOfText;
  }
  if (roberta) {
    config["bos_token"] = config["cls_token"] = roberta->cls.first;
    config["eos_token"] = config["sep_token"] = roberta->sep.first;
    config["unk_token"] = has("<unk>") ? Json("<unk>") : Json(nullptr);
    if (has("<pad>")) config["pad_token"] = "<pad>";
    if (has("<mask>")) config["mask_token"] = "<mask>";
  }
  config["tokenizer_class"] = roberta ? "RobertaTokenizer" : "GPT2Tokenizer";
  return config;
}

void write_folder(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options) {
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

  std::error_code problem;
  fs::create_directories(path, problem);
  if (problem) throw system_error("cannot make the folder", problem.value(), path);
  write_file((fs::path(path) / kPairs[0].vocabulary).string(), vocabulary, options);
  write_file((fs::path(path) / kPairs[0].merges).string(), merges, options);
  write_file((fs::path(path) / kConfig).string(), config_of(definition).dump(2) + "\n", options);
}

}  // namespace

const Format vocabulary_and_merges = {
    "vocab.json + merges.txt", recognises, read_files,
    [](std::string_view path) { return fs::is_directory(path) || fs::path(path).extension().empty(); }, write_folder};

}  // namespace quern::formats
