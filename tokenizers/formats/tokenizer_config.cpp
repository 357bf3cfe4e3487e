#include "tokenizers/formats/tokenizer_config.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "core/error.h"
#include "core/io/input.h"
#include "core/json.h"
#include "tokenizers/formats/tokenizer_json_parts.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "tokenizer_config.json";

JsonDocument read_or_empty(const std::string& folder, const char* name) {
  const std::string path = (fs::path(folder) / name).string();
  return JsonDocument(fs::exists(path) ? read_file(path) : "{}", path);
}

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

// Added tokens, found in the vocabulary or numbered behind it.
class Numbered {
 public:
  explicit Numbered(const std::vector<std::string>& vocabulary) : vocabulary_(vocabulary) {
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

// The tokens that the post-processor puts around a text are in these roles by what they do.
std::optional<std::string> token_around_text(const TokenizerDefinition& definition, const std::string& role) {
  const bool is_first = role == "cls_token", is_last = role == "sep_token";
  for (const PostProcessor& part : definition.post_processors) {
    if (const auto* bert = std::get_if<BertPostProcessor>(&part)) {
      if (is_first || is_last) return is_first ? bert->cls.first : bert->sep.first;
    } else if (const auto* roberta = std::get_if<RobertaPostProcessor>(&part)) {
      if (is_first || role == "bos_token") return roberta->cls.first;
      if (is_last || role == "eos_token") return roberta->sep.first;
    }
  }
  return std::nullopt;
}

// The content of the token that plays a role: by the parts that use it, else by the names that such tokens have.
std::optional<std::string> token_for(const TokenizerDefinition& definition, const std::string& role) {
  static const std::unordered_map<std::string, std::vector<const char*>> kNames = {
      {"bos_token", {"<s>", "<|begin_of_text|>", "<bos>", "<|startoftext|>", "<|endoftext|>"}},
      {"eos_token", {"</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>"}},
      {"unk_token", {"[UNK]", "<unk>", "<|endoftext|>"}},
      {"sep_token", {"[SEP]"}},
      {"pad_token", {"[PAD]", "<pad>"}},
      {"cls_token", {"[CLS]"}},
      {"mask_token", {"[MASK]", "<mask>"}}};
  if (auto token = token_around_text(definition, role)) return token;
  for (const char* name : kNames.at(role)) {
    const auto has = [&](const AddedToken& t) { return t.special && t.content == name; };
    if (std::any_of(definition.added_tokens.begin(), definition.added_tokens.end(), has)) return name;
  }
  return std::nullopt;
}

}  // namespace

TokenizerConfig::TokenizerConfig(const std::string& folder)
    : config_(read_or_empty(folder, kConfig)),
      map_(read_or_empty(folder, "special_tokens_map.json")),
      added_(read_or_empty(folder, "added_tokens.json")),
      exists_(!config_.root().is_empty() || !map_.root().is_empty() || !added_.root().is_empty()) {}

TokenizerConfig::TokenizerConfig(std::string_view text, const std::string& name)
    : config_(text, name), map_("{}", name), added_("{}", name), exists_(true) {}

std::string TokenizerConfig::tokenizer_class(const std::string& otherwise) const {
  const JsonCursor json = config_.root()["tokenizer_class"];
  std::string name = json.is_null() ? otherwise : json.text();
  if (name.ends_with("Fast")) name.resize(name.size() - std::string_view("Fast").size());
  return name;
}

JsonCursor TokenizerConfig::role_place(const std::string& name) const {
  const JsonCursor own = config_.root()[name];
  return own.is_null() && !map_.root()[name].is_null() ? map_.root()[name] : own;
}

std::optional<AddedToken> TokenizerConfig::role(const std::string& name) const { return read_role(role_place(name)); }

std::vector<AddedToken> TokenizerConfig::added_tokens(const std::vector<std::string>& vocabulary,
                                                      const Adjust& adjust) const {
  Numbered tokens(vocabulary);
  if (const JsonCursor listed = config_.root()["added_tokens_decoder"]; !listed.is_null()) {
    for (const auto& [id_text, entry] : listed.members()) {
      const bool is_id =
          !id_text.empty() && id_text.size() < 10 && id_text.find_first_not_of("0123456789") == id_text.npos;
      if (!is_id) entry.refuse(ErrorCode::format, in_quotes(id_text) + " is not an id");
      tokens.add(read_added_token(entry), std::stoull(id_text), entry);
    }
  }
  // Older files list the tokens that the vocabulary lacks with their ids; which of them are special, the roles say.
  std::unordered_map<std::string, std::uint64_t> ids;
  for (const auto& [content, id] : added_.root().members()) ids.emplace(content, id.natural());
  const auto add = [&](AddedToken token, const JsonCursor& place) {
    const auto known = ids.find(token.content);
    tokens.add(std::move(token), known == ids.end() ? std::nullopt : std::optional(known->second), place);
  };
  for (const char* name : kTokenRoles) {
    auto token = role(name);
    if (!token) continue;
    if (adjust) adjust(name, *token);
    add(std::move(*token), role_place(name));
  }
  if (const JsonCursor more = role_place("additional_special_tokens"); !more.is_null()) {
    for (const JsonCursor& element : more.elements()) {
      if (auto token = read_role(element)) add(std::move(*token), element);
    }
  }
  for (const auto& [content, id] : added_.root().members()) {
    if (content.empty()) id.refuse(ErrorCode::format, "an empty token");
    tokens.add(AddedToken{.id = 0, .content = content}, id.natural(), id);
  }
  return tokens.take();
}

std::string tokenizer_config_text(const TokenizerDefinition& definition, const std::string& tokenizer_class,
                                  const std::vector<ConfigMember>& more) {
  Json config;
  for (const auto& [key, value] : more) config[key] = value ? Json(*value) : Json(nullptr);
  Json& listed = config["added_tokens_decoder"] = Json::object();
  for (const AddedToken& token : definition.added_tokens) {
    listed[std::to_string(token.id)] = {{"content", token.content},         {"lstrip", token.lstrip},
                                        {"normalized", token.normalized},   {"rstrip", token.rstrip},
                                        {"single_word", token.single_word}, {"special", token.special}};
  }
  // Named or null: transformers would otherwise give a role its usual token and add that to the vocabulary.
  for (const char* role : kTokenRoles) {
    const auto token = token_for(definition, role);
    config[role] = token ? Json(*token) : Json(nullptr);
  }
  config["tokenizer_class"] = tokenizer_class;
  return config.dump(2) + "\n";
}

std::string special_tokens_map_text(const TokenizerDefinition& definition) {
  Json map = Json::object();
  for (const char* role : kTokenRoles) {
    if (const auto token = token_for(definition, role)) map[role] = *token;
  }
  return map.dump(2) + "\n";
}

}  // namespace quern::formats
