#include "tokenizers/tokenizer.h"

#include <algorithm>

#include "core/error.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/compiled.h"
#include "tokenizers/formats/registry.h"

namespace quern {
namespace {

std::vector<const AddedToken*> tokens_with(const TokenizerDefinition& definition, bool normalized) {
  std::vector<const AddedToken*> tokens;
  for (const AddedToken& token : definition.added_tokens) {
    if (token.normalized == normalized) tokens.push_back(&token);
  }
  return tokens;
}

bool every_byte_has_a_token(const std::vector<std::string>& vocabulary) {
  std::vector<bool> seen(256);
  for (const std::string& token : vocabulary) {
    if (const auto bytes = byte_level::unspell(token); bytes && bytes->size() == 1) {
      seen[static_cast<unsigned char>(bytes->front())] = true;
    }
  }
  return std::find(seen.begin(), seen.end(), false) == seen.end();
}

// What the formats read and the encoder does not run yet.
TokenizerDefinition require_runnable(TokenizerDefinition definition) {
  const auto refuse = [](const std::string& what) {
    throw Error(ErrorCode::unsupported, what + " cannot be used yet");
  };
  if (!definition.normalizers.empty()) refuse("a normalizer");
  const auto* bpe = std::get_if<BpeModel>(&definition.model);
  if (!bpe) refuse("a model other than BPE");
  if (!bpe->continuing_subword_prefix.empty() || !bpe->end_of_word_suffix.empty()) refuse("an affix of word parts");
  if (bpe->dropout != 0) refuse("dropout");
  if (bpe->byte_fallback && !every_byte_has_a_token(bpe->vocabulary)) refuse("byte fallback");
  const bool is_byte_level =
      definition.decoders.empty() ||
      (definition.decoders.size() == 1 && std::holds_alternative<ByteLevelDecoder>(definition.decoders[0]));
  if (!is_byte_level) refuse("a decoder other than ByteLevel");
  return definition;
}

}  // namespace

Tokenizer::Compiled::Compiled(TokenizerDefinition definition_in)
    : definition(require_runnable(std::move(definition_in))),
      raw_tokens(tokens_with(definition, false)),
      normalized_tokens(tokens_with(definition, true)),
      pre_tokenizers(definition.pre_tokenizers),
      model(std::get<BpeModel>(definition.model)),
      post_processing(definition.post_processors) {
  const auto& bpe = std::get<BpeModel>(definition.model);
  every_byte_has_a_token = quern::every_byte_has_a_token(bpe.vocabulary);
  if (bpe.order == BpeOrder::ranks && !every_byte_has_a_token) {
    throw Error(ErrorCode::format, "not every byte has a rank");
  }
  list_tokens();
  spell_bytes();
  check_ids();
}

void Tokenizer::Compiled::list_tokens() {
  const auto& vocabulary = std::get<BpeModel>(definition.model).vocabulary;
  std::size_t size = vocabulary.size();
  for (const AddedToken& token : definition.added_tokens) size = std::max(size, std::size_t{token.id} + 1);
  texts.resize(size);
  added.resize(size);
  ids.reserve(size);
  for (std::size_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary[id].empty()) continue;
    texts[id] = vocabulary[id];
    ids.emplace(texts[id], static_cast<TokenId>(id));
  }
  for (const AddedToken& token : definition.added_tokens) {
    if (token.content.empty()) throw Error(ErrorCode::format, "an added token is empty");
    if (added[token.id] || (!texts[token.id].empty() && texts[token.id] != token.content)) {
      throw Error(ErrorCode::format, "two tokens have the id " + std::to_string(token.id) + ": \"" +
                                         std::string(texts[token.id]) + "\" and \"" + token.content + "\"");
    }
    if (const auto [known, is_new] = ids.emplace(token.content, token.id); !is_new && known->second != token.id) {
      throw Error(ErrorCode::format, "\"" + token.content + "\" has two ids, " + std::to_string(known->second) +
                                         " and " + std::to_string(token.id));
    }
    texts[token.id] = token.content;
    added[token.id] = &token;
  }
}

// A token of the model stands for the bytes that its characters spell; Hugging Face's decoder takes a token with other
// characters as it is. An added token is its text.
void Tokenizer::Compiled::spell_bytes() {
  byte_begins.reserve(texts.size() + 1);
  for (std::size_t id = 0; id < texts.size(); ++id) {
    byte_begins.push_back(all_bytes.size());
    const auto bytes = added[id] ? std::nullopt : byte_level::unspell(texts[id]);
    all_bytes += bytes ? std::string_view(*bytes) : texts[id];
  }
  byte_begins.push_back(all_bytes.size());
}

void Tokenizer::Compiled::check_ids() const {
  for (const auto& id : post_processing.layout()) {
    if (id && (*id >= texts.size() || texts[*id].empty())) {
      throw Error(ErrorCode::format,
                  "the post-processor adds token " + std::to_string(*id) + ", which is not in the vocabulary");
    }
  }
}

Tokenizer Tokenizer::load(const std::string& path, const LoadOptions& options) {
  TokenizerDefinition definition = formats::read(path, options);
  try {
    return Tokenizer(std::move(definition));
  } catch (Error& error) {
    // A pattern that a file brings along is the file's fault, not the user's.
    const bool is_users = error.code() != ErrorCode::usage || !options.pattern.empty();
    throw Error(is_users ? error.code() : ErrorCode::unsupported, error.message()).at(path).remedy(error.remedy());
  }
}

Tokenizer::Tokenizer(TokenizerDefinition definition)
    : compiled_(std::make_shared<const Compiled>(std::move(definition))) {}

const TokenizerDefinition& Tokenizer::definition() const { return compiled_->definition; }

std::size_t Tokenizer::size() const { return compiled_->texts.size(); }

std::string_view Tokenizer::token(TokenId id) const { return id < size() ? compiled_->texts[id] : std::string_view(); }

std::optional<TokenId> Tokenizer::id(std::string_view token) const {
  const auto found = compiled_->ids.find(token);
  if (found == compiled_->ids.end()) return std::nullopt;
  return found->second;
}

std::string_view Tokenizer::bytes(TokenId id) const { return id < size() ? compiled_->bytes(id) : std::string_view(); }

bool Tokenizer::is_special(TokenId id) const {
  return id < size() && compiled_->added[id] && compiled_->added[id]->special;
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special) const {
  const bool spelled = compiled_->definition.decoders.empty();
  std::string text;
  for (const TokenId id : ids) {
    if (token(id).empty())
      throw Error(ErrorCode::input, "token id " + std::to_string(id) + " is not in the vocabulary");
    if (skip_special && is_special(id)) continue;
    if (spelled && !text.empty()) text.push_back(' ');
    text += spelled ? token(id) : compiled_->bytes(id);
  }
  return text;
}

}  // namespace quern
