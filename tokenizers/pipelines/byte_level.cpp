#include "tokenizers/pipelines/byte_level.h"

#include <algorithm>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/bpe/text_encoder.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/compiled.h"
#include "tokenizers/pipelines/active_tokens.h"
#include "tokenizers/pre_tokenizers/byte_level_chain.h"

namespace quern {
namespace {

using Cut = ByteLevelChain::Cut;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Every token of a character covers the whole character.
void widen(std::string_view text, Offsets& offsets) {
  auto& [begin, end] = offsets;
  while (begin > 0 && is_continuation(text[begin])) --begin;
  while (end < text.size() && is_continuation(text[end])) ++end;
}

bool has_token_for_every_byte(const std::vector<std::string>& vocabulary) {
  std::vector<bool> seen(256);
  for (const std::string& token : vocabulary) {
    if (const auto bytes = byte_level::unspell(token); bytes && bytes->size() == 1) {
      seen[static_cast<unsigned char>(bytes->front())] = true;
    }
  }
  return std::find(seen.begin(), seen.end(), false) == seen.end();
}

class CompiledByteLevel final : public CompiledPipeline {
 public:
  explicit CompiledByteLevel(const TokenizerDefinition& definition)
      : pre_tokenizers(definition.pre_tokenizers), model(std::get<BpeModel>(definition.model)) {
    const auto& bpe = std::get<BpeModel>(definition.model);
    every_byte_has_a_token = has_token_for_every_byte(bpe.vocabulary);
    if (bpe.order == BpeOrder::ranks && !every_byte_has_a_token) {
      throw Error(ErrorCode::format, "not every byte has a rank");
    }
  }
  std::unique_ptr<Pipeline> start(const Tokenizer::Compiled& tokenizer, const EncodeOptions& options) const override;

  const ByteLevelChain pre_tokenizers;
  const bpe::PieceEncoder model;
  bool every_byte_has_a_token = false;  // so the tokens of a piece make up the whole piece
};

class ByteLevelPipeline final : public Pipeline {
 public:
  ByteLevelPipeline(const CompiledByteLevel& compiled, const Tokenizer::Compiled& tokenizer, const EncodeOptions& options)
      : compiled_(compiled),
        tokenizer_(tokenizer),
        raw_(tokenizer.raw_tokens, tokenizer, options),
        normalized_(tokenizer.normalized_tokens, tokenizer, options),
        text_encoder_(compiled.pre_tokenizers.is_simple() ? compiled.pre_tokenizers.single() : nullptr, compiled.model,
                      options.cache_bytes, options.scratch_bytes),
        scratch_(bpe::PieceEncoder::make_scratch(options.scratch_bytes)),
        text_is_valid_(options.text_is_valid) {}

  void encode(std::string_view text, std::vector<TokenId>& ids) override { encode(text, ids, nullptr); }
  void encode(std::string_view text, Encoding& encoding) override {
    encode(text, encoding.ids, &encoding);
  }

 private:
  // encoding: where offsets go; null when not asked for.
  void encode(std::string_view text, std::vector<TokenId>& ids, Encoding* encoding);
  void cut_out_added_tokens(std::string_view text);
  void encode_segment(std::string_view segment, std::vector<TokenId>& ids, std::vector<Offsets>* spans);
  void encode_valid(std::string_view segment, std::vector<TokenId>& ids, std::vector<Offsets>* spans);
  void encode_ill_formed(std::string_view segment, std::size_t valid, std::vector<TokenId>& ids,
                         std::vector<Offsets>* spans);
  void encode_piece(const Cut& piece, std::vector<TokenId>& ids, std::vector<Offsets>& spans);

  const CompiledByteLevel& compiled_;
  const Tokenizer::Compiled& tokenizer_;
  const ActiveTokens raw_, normalized_;
  bpe::TextEncoder text_encoder_;

  bpe::PieceEncoder::ScratchPointer scratch_;
  const bool text_is_valid_;
  ByteLevelChain::Scratch cut_scratch_;
  std::vector<TextSegment> segments_, cut_segments_;
  std::vector<std::uint32_t> lengths_;
  std::vector<Offsets> spans_;
  std::string prefixed_;
};

std::unique_ptr<Pipeline> CompiledByteLevel::start(const Tokenizer::Compiled& tokenizer,
                                                   const EncodeOptions& options) const {
  return std::make_unique<ByteLevelPipeline>(*this, tokenizer, options);
}

void ByteLevelPipeline::cut_out_added_tokens(std::string_view text) {
  segments_.clear();
  raw_.cut(text, 0, text.size(), segments_);
  if (normalized_.none()) return;
  cut_segments_.clear();
  for (const TextSegment& segment : segments_) {
    if (segment.token) {
      cut_segments_.push_back(segment);
    } else {
      normalized_.cut(text, segment.begin, segment.end, cut_segments_);
    }
  }
  segments_.swap(cut_segments_);
}

void ByteLevelPipeline::encode(std::string_view text, std::vector<TokenId>& ids, Encoding* encoding) {
  cut_out_added_tokens(text);
  for (const TextSegment& segment : segments_) {
    if (segment.token) {
      if (encoding) {
        encoding->offsets.emplace_back(segment.begin, segment.end);
        encoding->surfaces.push_back({ids.size(), std::string(text.substr(segment.begin, segment.end - segment.begin))});
      }
      ids.push_back(segment.token->id);
      continue;
    }
    spans_.clear();
    encode_segment(text.substr(segment.begin, segment.end - segment.begin), ids, encoding ? &spans_ : nullptr);
    for (const auto& [begin, end] : spans_) encoding->offsets.emplace_back(segment.begin + begin, segment.begin + end);
  }
}

void ByteLevelPipeline::encode_segment(std::string_view segment, std::vector<TokenId>& ids, std::vector<Offsets>* spans) {
  const std::size_t valid = text_is_valid_ ? segment.size() : utf8::valid_prefix(segment);
  if (valid < segment.size()) return encode_ill_formed(segment, valid, ids, spans);
  encode_valid(segment, ids, spans);
  if (spans) {
    for (Offsets& span : *spans) widen(segment, span);
  }
}

// spans: the bytes that each token stands for, exactly.
void ByteLevelPipeline::encode_valid(std::string_view segment, std::vector<TokenId>& ids, std::vector<Offsets>* spans) {
  const ByteLevelChain& chain = compiled_.pre_tokenizers;
  if (!spans) {
    if (chain.is_simple()) return text_encoder_.encode(segment, ids);
    return chain.cut(segment, cut_scratch_, [&](const Cut& piece) { text_encoder_.encode_piece(piece.text, ids); });
  }
  if (chain.is_simple() && compiled_.every_byte_has_a_token) {
    lengths_.clear();
    text_encoder_.encode(segment, ids, lengths_);
    std::size_t at = 0;
    for (const std::uint32_t length : lengths_) spans->emplace_back(at, at + length), at += length;
    return;
  }
  chain.cut(segment, cut_scratch_, [&](const Cut& piece) { encode_piece(piece, ids, *spans); });
}

void ByteLevelPipeline::encode_piece(const Cut& piece, std::vector<TokenId>& ids, std::vector<Offsets>& spans) {
  lengths_.clear();
  compiled_.model.encode(piece.text, *scratch_, ids, lengths_);
  // A prefix space stands for the first character: byte 0 and byte 1 of the piece are byte 0 of the text.
  const std::size_t prefix = piece.has_prefix ? 1 : 0;
  std::size_t at = 0;
  for (const std::uint32_t length : lengths_) {
    const std::size_t begin = at, end = at += length;
    spans.emplace_back(piece.begin + begin - std::min(begin, prefix),
                       piece.begin + std::max<std::size_t>(end - prefix, 1));
  }
}

// tiktoken's _encode_bytes and _increase_last_piece_token_len.
void ByteLevelPipeline::encode_ill_formed(std::string_view segment, std::size_t valid, std::vector<TokenId>& ids,
                                       std::vector<Offsets>* spans) {
  const std::size_t from = ids.size();
  std::vector<Offsets> exact;
  std::size_t last_piece = from;  // where its tokens begin
  if (valid > 0) {
    compiled_.pre_tokenizers.cut(segment.substr(0, valid), cut_scratch_, [&](const Cut& piece) {
      last_piece = ids.size();
      encode_piece(piece, ids, exact);
    });
  }
  const auto is_white_space = [&](std::size_t i) {
    return tokenizer_.bytes(ids[i]).find_first_not_of(" \n\t") == std::string_view::npos;
  };
  if (last_piece < ids.size() && is_white_space(last_piece)) {
    while (last_piece > from && is_white_space(last_piece - 1)) --last_piece;
  }
  const std::size_t tail = last_piece < ids.size() ? exact[last_piece - from].first : valid;
  ids.resize(last_piece);
  exact.resize(last_piece - from);
  if (spans) {
    for (Offsets span : exact) widen(segment.substr(0, valid), span), spans->push_back(span);
  }

  Cut piece{segment.substr(tail), tail, false};
  if (tail == 0 && compiled_.pre_tokenizers.adds_prefix_space() && segment.front() != ' ') {
    prefixed_.assign(1, ' ').append(segment);
    piece = {prefixed_, 0, true};
  }
  encode_piece(piece, ids, spans ? *spans : exact);
}

}  // namespace

bool is_byte_level(const TokenizerDefinition& definition) {
  const auto* model = std::get_if<BpeModel>(&definition.model);
  if (model == nullptr || !definition.normalizers.empty() || definition.pre_tokenizers.empty()) return false;
  if (!model->continuing_subword_prefix.empty() || !model->end_of_word_suffix.empty()) return false;
  const auto& parts = definition.pre_tokenizers;
  return std::holds_alternative<ByteLevelPreTokenizer>(parts.back()) &&
         std::all_of(parts.begin(), parts.end() - 1,
                     [](const PreTokenizer& part) { return std::holds_alternative<SplitPreTokenizer>(part); });
}

std::unique_ptr<const CompiledPipeline> make_byte_level_pipeline(const TokenizerDefinition& definition) {
  return std::make_unique<CompiledByteLevel>(definition);
}

}  // namespace quern
