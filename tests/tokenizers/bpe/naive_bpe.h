// BPE as it is defined: look at all neighbours, join the best, begin again. Quadratic and worse, and obviously right.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tokenizers/generated_text.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/definition.h"

namespace quern::test {

class NaiveBpe {
 public:
  explicit NaiveBpe(const BpeModel& model) : model_(model) {
    for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
      if (!model.vocabulary[id].empty()) ids_[*byte_level::unspell(model.vocabulary[id])] = id;
    }
    for (std::size_t rank = 0; rank < model.merges.size(); ++rank) {
      ranks_[{text(model.merges[rank].left), text(model.merges[rank].right)}] = rank;
    }
  }

  std::vector<TokenId> encode(std::string_view piece) const {
    if (model_.order == BpeOrder::ranks || model_.ignore_merges) {
      if (const auto whole = ids_.find(std::string(piece)); whole != ids_.end()) return {whole->second};
    }
    std::vector<std::string> parts;
    for (const char byte : piece) {
      if (ids_.count({byte}) != 0) parts.push_back({byte});
    }
    while (join_best(parts)) {
    }
    std::vector<TokenId> ids;
    for (const std::string& part : parts) ids.push_back(ids_.at(part));
    return ids;
  }

 private:
  std::string text(TokenId id) const { return *byte_level::unspell(model_.vocabulary[id]); }

  static constexpr std::size_t kNever = static_cast<std::size_t>(-1);
  std::size_t rank(const std::string& left, const std::string& right) const {
    if (model_.order == BpeOrder::ranks) {
      const auto found = ids_.find(left + right);
      return found == ids_.end() ? kNever : found->second;
    }
    const auto found = ranks_.find({left, right});
    return found == ranks_.end() ? kNever : found->second;
  }

  bool join_best(std::vector<std::string>& parts) const {
    std::size_t best = kNever, at = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (const std::size_t r = rank(parts[i], parts[i + 1]); r < best) best = r, at = i;
    }
    if (best == kNever) return false;
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    return true;
  }

  BpeModel model_;
  std::map<std::string, TokenId> ids_;
  std::map<std::pair<std::string, std::string>, std::size_t> ranks_;
};

// Tokens over the bytes that GeneratedText::bytes writes, in any order and not only as training would leave them: long
// ones may come before their parts. Under merges, pairs of tokens in random order.
inline BpeModel random_model(GeneratedText& generated, BpeOrder order, std::size_t size) {
  BpeModel model;
  model.order = order;
  std::vector<std::string> tokens;
  std::set<std::string> known;
  const auto add = [&](const std::string& token) {
    if (!known.insert(token).second) return false;
    tokens.push_back(token);
    model.vocabulary.push_back(byte_level::spell(token));
    return true;
  };
  for (const char byte : std::string("abc \xE4\xB8\xAD\xFF\x80")) add({byte});
  while (tokens.size() < size) {
    const TokenId left = static_cast<TokenId>(generated.below(tokens.size()));
    const TokenId right = static_cast<TokenId>(generated.below(tokens.size()));
    if (tokens[left].size() + tokens[right].size() > 12) continue;
    if (order == BpeOrder::ranks && generated.below(4) == 0) {
      add(generated.bytes(2 + generated.below(4)));  // perhaps out of reach
    } else if (add(tokens[left] + tokens[right]) || generated.below(3) == 0) {
      const auto same = [&](const Merge& m) { return m == Merge{left, right}; };
      if (order == BpeOrder::merges && std::none_of(model.merges.begin(), model.merges.end(), same)) model.merges.push_back({left, right});
    }
  }
  if (order == BpeOrder::merges) {
    for (std::size_t i = model.merges.size(); i > 1; --i) std::swap(model.merges[i - 1], model.merges[generated.below(i)]);
  } else {
    for (std::size_t i = model.vocabulary.size(); i > 1; --i) std::swap(model.vocabulary[i - 1], model.vocabulary[generated.below(i)]);
  }
  return model;
}

// All bytes, and merges as training leaves them: parts before wholes. Which pair comes next is left to chance, so tokens
// that hold parts of characters are common.
inline BpeModel trained_model(GeneratedText& generated, BpeOrder order, std::size_t merges) {
  BpeModel model;
  model.order = order;
  model.vocabulary.assign(byte_level::alphabet().begin(), byte_level::alphabet().end());
  std::map<std::string, TokenId> ids;
  std::vector<std::string> tokens;
  for (const std::string& character : model.vocabulary) tokens.push_back(*byte_level::unspell(character));
  for (TokenId id = 0; id < tokens.size(); ++id) ids[tokens[id]] = id;
  std::vector<TokenId> symbols;
  for (const char byte : generated.valid_utf8(600) + generated.bytes(100)) symbols.push_back(ids.at({byte}));
  while (model.vocabulary.size() < 256 + merges) {
    const std::size_t at = generated.below(symbols.size() - 1);
    const Merge merge{symbols[at], symbols[at + 1]};
    const std::string whole = tokens[merge.left] + tokens[merge.right];
    if (whole.size() > 16 || ids.count(whole) != 0) continue;
    const auto id = static_cast<TokenId>(tokens.size());
    ids[whole] = id;
    tokens.push_back(whole);
    model.vocabulary.push_back(byte_level::spell(whole));
    if (order == BpeOrder::merges) model.merges.push_back(merge);
    std::vector<TokenId> merged;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const bool joins = i + 1 < symbols.size() && symbols[i] == merge.left && symbols[i + 1] == merge.right;
      merged.push_back(joins ? id : symbols[i]);
      i += joins;
    }
    symbols = std::move(merged);
  }
  return model;
}

// Each byte a token whose id it is, and no merges yet.
inline BpeModel all_bytes_model() {
  BpeModel model;
  for (int byte = 0; byte < 256; ++byte) {
    model.vocabulary.push_back(byte_level::spell(std::string(1, static_cast<char>(byte))));
  }
  return model;
}

}  // namespace quern::test
