// What stands beside a vocabulary in a Hugging Face folder: tokenizer_config.json, special_tokens_map.json and
// added_tokens.json. Files that are not there say nothing; what is there is read strictly.
//
//   const TokenizerConfig config(folder);
//   if (config.tokenizer_class("BertTokenizer") == "BertTokenizer" && config["do_lower_case"].boolean_or(true)) …
//   definition.added_tokens = config.added_tokens(vocabulary);
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/formats/json_cursor.h"

namespace quern::formats {

// The roles that a configuration gives to tokens, in the order in which transformers numbers new ones.
inline constexpr std::array<const char*, 7> kTokenRoles = {"bos_token", "eos_token", "unk_token", "sep_token",
                                                           "pad_token", "cls_token", "mask_token"};

class TokenizerConfig {
 public:
  explicit TokenizerConfig(const std::string& folder);
  // The text of a tokenizer_config.json alone; `name` stands in errors.
  TokenizerConfig(std::string_view text, const std::string& name);

  bool exists() const { return exists_; }  // any of the three
  JsonCursor operator[](const std::string& key) const { return config_.root()[key]; }
  // Without "Fast" behind it.
  std::string tokenizer_class(const std::string& otherwise) const;
  // The token in that role, not numbered. The map counts where the configuration says nothing.
  std::optional<AddedToken> role(const std::string& name) const;
  // Where a role stands, for errors.
  JsonCursor role_place(const std::string& name) const;

  // All tokens that the files add, by id: found in the vocabulary or numbered behind it. `adjust` may change a token
  // that has a role, and is not asked about those that added_tokens_decoder lists.
  using Adjust = std::function<void(const std::string& role, AddedToken& token)>;
  std::vector<AddedToken> added_tokens(const std::vector<std::string>& vocabulary, const Adjust& adjust = {}) const;

 private:
  JsonDocument config_, map_, added_;
  bool exists_ = false;
};

// What to write beside a tokenizer, for a class of transformers: the special tokens in their roles, and `more`.
struct ConfigMember {
  const char* key;
  std::optional<bool> value;  // none: null
};
std::string tokenizer_config_text(const TokenizerDefinition& definition, const std::string& tokenizer_class,
                                  const std::vector<ConfigMember>& more = {});
std::string special_tokens_map_text(const TokenizerDefinition& definition);

}  // namespace quern::formats
