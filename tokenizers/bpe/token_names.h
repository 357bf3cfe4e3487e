// The texts of tokens while they are learned: which token a join builds.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tokenizers/bpe/merge_learner.h"

namespace quern::bpe {

class TokenNames {
 public:
  // The vocabulary receives the new tokens. Of the options, absent and continuing_prefix are used.
  TokenNames(std::vector<std::string>& vocabulary, const LearnOptions& options)
      : vocabulary_(vocabulary), prefix_(options.continuing_prefix), taken_(vocabulary.size(), true) {
    for (std::size_t id = 0; id < vocabulary.size(); ++id) ids_.emplace(vocabulary[id], static_cast<TokenId>(id));
    for (const TokenId id : options.absent) taken_[id] = false;
  }

  // The token that the two build from now on; nothing where another pair or the beginning has it.
  std::optional<TokenId> join(TokenId left, TokenId right) {
    std::string_view end = vocabulary_[right];
    if (end.starts_with(prefix_)) end.remove_prefix(prefix_.size());
    const auto [entry, is_new] = ids_.emplace(vocabulary_[left] + std::string(end), static_cast<TokenId>(vocabulary_.size()));
    if (is_new) {
      vocabulary_.push_back(entry->first);
      taken_.push_back(false);
    }
    if (taken_[entry->second]) return std::nullopt;
    taken_[entry->second] = true;
    return entry->second;
  }

 private:
  std::vector<std::string>& vocabulary_;
  std::string prefix_;
  std::unordered_map<std::string, TokenId> ids_;
  std::vector<bool> taken_;  // tokens that stand in words, here or elsewhere: no join may build them again
};

}  // namespace quern::bpe
