#include "tokenizers/tokenizer.h"

#include <algorithm>

#include "core/error.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/compiled.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/normalizers/normalizer_chain.h"
#include "tokenizers/pipelines/byte_level.h"
#include "tokenizers/pipelines/general.h"
#include "tokenizers/pipelines/segmented.h"

namespace quern {
namespace {

std::vector<const AddedToken*> raw_tokens_of(const TokenizerDefinition& definition) {
  std::vector<const AddedToken*> tokens;
  for (const AddedToken& token : definition.added_tokens) {
    if (!token.normalized) tokens.push_back(&token);
  }
  return tokens;
}

// As Hugging Face: with a normalizer that puts "▁" before a text, "<s>" is looked for as "▁<s>".
std::vector<AddedToken> normalized_tokens_of(const TokenizerDefinition& definition) {
  const NormalizerChain normalizers(definition.normalizers);
  std::vector<AddedToken> tokens;
  for (AddedToken token : definition.added_tokens) {
    if (!token.normalized) continue;
    if (!normalizers.is_identity()) normalizers.normalize(std::string(token.content), token.content);
    if (!token.content.empty()) tokens.push_back(std::move(token));
  }
  return tokens;
}

// The tokens of a model by id.
std::vector<std::string_view> vocabulary_of(const Model& model) {
  std::vector<std::string_view> tokens;
  if (const auto* pieces = std::get_if<SentencePieceModel>(&model)) {
    for (const SentencePiece& piece : pieces->pieces) tokens.push_back(piece.text);
    return tokens;
  }
  const auto list = [&](const auto& one) {
    if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, SentencePieceModel>) {
      tokens.assign(one.vocabulary.begin(), one.vocabulary.end());
    }
  };
  std::visit(list, model);
  return tokens;
}

}  // namespace

Tokenizer::Compiled::Compiled(TokenizerDefinition definition_in)
    : definition(std::move(definition_in)),
      raw_tokens(raw_tokens_of(definition)),
      normalized_added(normalized_tokens_of(definition)),
      normalized_tokens(pointers_to(normalized_added)),
      post_processing(definition.post_processors),
      pipeline(is_byte_level(definition) ? make_byte_level_pipeline(definition) : make_segmented_pipeline(definition)),
      decoding(definition, normalized_added) {
  list_tokens();
  spell_bytes();
  check_ids();
}

void Tokenizer::Compiled::list_tokens() {
  const std::vector<std::string_view> vocabulary = vocabulary_of(definition.model);
  std::size_t size = vocabulary.size();
  for (const AddedToken& token : definition.added_tokens) size = std::max(size, std::size_t{token.id} + 1);
  texts.resize(size);
  added.resize(size);
  ids = TokenIds(size);
  for (std::size_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary[id].empty()) continue;
    texts[id] = vocabulary[id];
    ids.add(texts[id], static_cast<TokenId>(id));
  }
  for (const AddedToken& token : definition.added_tokens) {
    if (token.content.empty()) throw Error(ErrorCode::format, "an added token is empty");
    if (added[token.id] || (!texts[token.id].empty() && texts[token.id] != token.content)) {
      throw Error(ErrorCode::format, "two tokens have the id " + std::to_string(token.id) + ": \"" +
                                         std::string(texts[token.id]) + "\" and \"" + token.content + "\"");
    }
    if (const TokenId known = ids.add(token.content, token.id); known != token.id) {
      throw Error(ErrorCode::format, "\"" + token.content + "\" has two ids, " + std::to_string(known) +
                                         " and " + std::to_string(token.id));
    }
    texts[token.id] = token.content;
    added[token.id] = &token;
  }
}

// Under a ByteLevel decoder a token of the model stands for the bytes that its characters spell; Hugging Face's takes a
// token with other characters as it is. An added token is its text.
void Tokenizer::Compiled::spell_bytes() {
  const bool spells_bytes =
      definition.decoders.empty() || std::holds_alternative<ByteLevelDecoder>(definition.decoders.front());
  byte_begins.reserve(texts.size() + 1);
  for (std::size_t id = 0; id < texts.size(); ++id) {
    byte_begins.push_back(all_bytes.size());
    const auto bytes = added[id] || !spells_bytes ? std::nullopt : byte_level::unspell(texts[id]);
    all_bytes += bytes ? std::string_view(*bytes) : texts[id];
  }
  byte_begins.push_back(all_bytes.size());
}

void Tokenizer::Compiled::check_ids() const {
  for (const TokenId id : post_processing.special_ids()) {
    if (id >= texts.size() || texts[id].empty()) {
      throw Error(ErrorCode::format,
                  "the post-processor adds token " + std::to_string(id) + ", which is not in the vocabulary");
    }
  }
}

const CompiledPipeline& Tokenizer::Compiled::general_pipeline() const {
  std::call_once(general_made_, [this] { general_ = make_general_pipeline(definition); });
  return *general_;
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
  return compiled_->ids.find(token);
}

std::string_view Tokenizer::bytes(TokenId id) const { return id < size() ? compiled_->bytes(id) : std::string_view(); }

bool Tokenizer::is_special(TokenId id) const {
  return id < size() && compiled_->added[id] && compiled_->added[id]->special;
}

std::size_t Tokenizer::count_special(std::size_t texts) const { return compiled_->post_processing.count_special(texts); }

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special) const {
  const bool joins_bytes = decodes_bytewise();
  std::string bytes;
  TokenList tokens;
  std::vector<TokenId> kept;
  for (const TokenId id : ids) {
    if (token(id).empty())
      throw Error(ErrorCode::input, "token id " + std::to_string(id) + " is not in the vocabulary");
    const auto* renamed = compiled_->decoding.renamed(id);
    if (skip_special && (renamed ? renamed->special : is_special(id))) continue;
    if (joins_bytes) {
      bytes += renamed ? renamed->text : compiled_->bytes(id);
    } else {
      tokens.add(renamed ? renamed->text : token(id)), kept.push_back(id);
    }
  }
  return joins_bytes ? bytes : compiled_->decoding.decode(std::move(tokens), kept);
}

std::string Tokenizer::decode_tokens(std::span<const std::string> texts) const {
  const auto* model = std::get_if<SentencePieceModel>(&definition().model);
  const TokenId unknown = model == nullptr ? 0 : id(model->unk_piece).value_or(0);
  TokenList tokens;
  std::vector<TokenId> ids;
  for (const std::string& text : texts) tokens.add(text), ids.push_back(id(text).value_or(unknown));
  return compiled_->decoding.decode(std::move(tokens), ids);
}

bool Tokenizer::decodes_bytewise() const { return compiled_->decoding.kind() == Decoding::Kind::bytes; }

}  // namespace quern
