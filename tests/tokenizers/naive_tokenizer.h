// A whole byte-level tokenizer as one would explain it: look for added tokens at every place, let a regular expression
// engine cut, join by looking at all pairs. Slow, and independent of what runs: ICU instead of scanners, no cache.
#pragma once

#include <memory>

#include "core/text/utf8.h"
#include "tests/tokenizers/bpe/naive_bpe.h"
#include "tokenizers/pre_tokenizers/regex_engine.h"

namespace quern::test {

class NaiveTokenizer {
 public:
  explicit NaiveTokenizer(const TokenizerDefinition& definition, const std::string& pattern)
      : definition_(definition), bpe_(std::get<BpeModel>(definition.model)),
        regex_(RegexEngine::compile(pattern, RegexEngine::Choice::icu)) {}

  std::vector<TokenId> encode(std::string_view text) const {
    std::vector<TokenId> ids;
    std::size_t begin = 0, at = 0;
    while (at < text.size()) {
      const AddedToken* token = added_at(text, at);
      if (token == nullptr) {
        ++at;
        continue;
      }
      encode_plain(text.substr(begin, at - begin), ids);
      ids.push_back(token->id);
      begin = at += token->content.size();
    }
    encode_plain(text.substr(begin), ids);
    return ids;
  }

 private:
  // The longest that stands here.
  const AddedToken* added_at(std::string_view text, std::size_t at) const {
    const AddedToken* best = nullptr;
    for (const AddedToken& token : definition_.added_tokens) {
      const bool here = text.substr(at, token.content.size()) == token.content;
      if (here && (best == nullptr || token.content.size() > best->content.size())) best = &token;
    }
    return best;
  }

  std::vector<std::string> pieces(std::string_view valid) const {
    std::vector<std::string> list;
    for (std::size_t at = 0; at < valid.size();) {
      const auto match = regex_->find(valid, at);
      REQUIRE(match);
      REQUIRE(match->begin == at);  // the published patterns leave nothing out
      list.emplace_back(valid.substr(at, match->end - at));
      at = match->end;
    }
    return list;
  }

  // tiktoken's rule for bytes that are not UTF-8: the tokens of the last piece before the first of them are taken back,
  // and where these are white space the ones before them that are white space too; the rest is one piece.
  void encode_plain(std::string_view text, std::vector<TokenId>& ids) const {
    std::string_view valid;  // the longest well-formed beginning
    for (std::size_t size = 0; size <= text.size(); ++size) {
      if (utf8::is_valid(text.substr(0, size))) valid = text.substr(0, size);
    }
    std::vector<TokenId> tokens;
    std::vector<std::string> bytes;
    std::size_t last = 0;
    for (const std::string& piece : pieces(valid)) {
      last = tokens.size();
      for (const TokenId id : bpe_.encode(piece)) {
        tokens.push_back(id);
        bytes.push_back(*byte_level::unspell(std::get<BpeModel>(definition_.model).vocabulary[id]));
      }
    }
    if (valid.size() < text.size()) {
      const auto is_white = [&](std::size_t i) { return bytes[i].find_first_not_of(" \n\t") == std::string::npos; };
      if (last < tokens.size() && is_white(last)) {
        while (last > 0 && is_white(last - 1)) --last;
      }
      std::string rest;
      for (std::size_t i = last; i < tokens.size(); ++i) rest += bytes[i];
      rest += text.substr(valid.size());
      tokens.resize(last);
      for (const TokenId id : bpe_.encode(rest)) tokens.push_back(id);
    }
    ids.insert(ids.end(), tokens.begin(), tokens.end());
  }

  TokenizerDefinition definition_;
  NaiveBpe bpe_;
  std::unique_ptr<RegexEngine> regex_;
};

}  // namespace quern::test
