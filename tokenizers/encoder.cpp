// Encoder: added tokens out, pieces through the model, offsets and special tokens on the way back.
#include <algorithm>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/bpe/text_encoder.h"
#include "tokenizers/compiled.h"
#include "tokenizers/tokenizer.h"

namespace quern {
namespace {

using Cut = PreTokenizerChain::Cut;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Every token of a character covers the whole character.
void widen(std::string_view text, Offsets& offsets) {
  auto& [begin, end] = offsets;
  while (begin > 0 && is_continuation(text[begin])) --begin;
  while (end < text.size() && is_continuation(text[end])) ++end;
}

}  // namespace

struct Encoder::State {
  State(const Tokenizer& tokenizer_in, EncodeOptions options_in);

  // offsets null: not asked for.
  void encode(std::string_view text, std::vector<TokenId>& ids, std::vector<Offsets>* offsets);

 private:
  std::vector<bool> active_among(const AddedTokenFinder& finder) const;
  void cut_out_added_tokens(std::string_view text);
  void encode_segment(std::string_view segment, std::vector<TokenId>& ids, std::vector<Offsets>* spans);
  void encode_valid(std::string_view segment, std::vector<TokenId>& ids, std::vector<Offsets>* spans);
  void encode_ill_formed(std::string_view segment, std::size_t valid, std::vector<TokenId>& ids,
                         std::vector<Offsets>* spans);
  void encode_piece(const Cut& piece, std::vector<TokenId>& ids, std::vector<Offsets>& spans);
  void trim(std::string_view text, const std::vector<TokenId>& ids, std::vector<Offsets>& offsets, std::size_t from);

  const Tokenizer tokenizer_;
  const Tokenizer::Compiled& compiled_;
  const EncodeOptions options_;
  const std::vector<bool> active_raw_, active_normalized_;  // which added tokens count
  const bool cuts_raw_, cuts_normalized_;                   // whether any does
  bpe::TextEncoder text_encoder_;

  bpe::PieceEncoder::ScratchPointer scratch_;
  PreTokenizerChain::Scratch cut_scratch_;
  std::vector<TextSegment> segments_, cut_segments_;
  std::vector<std::uint32_t> lengths_;
  std::vector<Offsets> spans_;
  std::vector<PostProcessing::WhiteSpace> white_space_;
  std::string prefixed_;
};

Encoder::State::State(const Tokenizer& tokenizer_in, EncodeOptions options_in)
    : tokenizer_(tokenizer_in),
      compiled_(tokenizer_.compiled()),
      options_(std::move(options_in)),
      active_raw_(active_among(compiled_.raw_tokens)),
      active_normalized_(active_among(compiled_.normalized_tokens)),
      cuts_raw_(std::find(active_raw_.begin(), active_raw_.end(), true) != active_raw_.end()),
      cuts_normalized_(std::find(active_normalized_.begin(), active_normalized_.end(), true) !=
                       active_normalized_.end()),
      text_encoder_(compiled_.pre_tokenizers.is_simple() ? compiled_.pre_tokenizers.single() : nullptr, compiled_.model,
                    options_.cache_bytes, options_.scratch_bytes),
      scratch_(bpe::PieceEncoder::make_scratch(options_.scratch_bytes)) {
  for (const std::string& name : options_.listed_specials) {
    const auto id = tokenizer_.id(name);
    if (!id || !tokenizer_.is_special(*id))
      throw Error(ErrorCode::usage, "\"" + name + "\" is not a special token of this tokenizer");
  }
}

std::vector<bool> Encoder::State::active_among(const AddedTokenFinder& finder) const {
  using Specials = EncodeOptions::Specials;
  auto specials = options_.specials;
  if (specials == Specials::by_format)
    specials = compiled_.definition.specials_in_text ? Specials::all : Specials::none;
  std::vector<bool> active;
  for (const AddedToken* token : finder.tokens()) {
    const auto& listed = options_.listed_specials;
    active.push_back(
        !token->special || specials == Specials::all ||
        (specials == Specials::listed && std::find(listed.begin(), listed.end(), token->content) != listed.end()));
  }
  return active;
}

void Encoder::State::cut_out_added_tokens(std::string_view text) {
  segments_.clear();
  if (text.empty()) return;
  if (cuts_raw_) {
    compiled_.raw_tokens.cut(text, 0, text.size(), active_raw_, segments_);
  } else {
    segments_.push_back({0, text.size(), nullptr});
  }
  if (!cuts_normalized_) return;
  cut_segments_.clear();
  for (const TextSegment& segment : segments_) {
    if (segment.token) {
      cut_segments_.push_back(segment);
    } else {
      compiled_.normalized_tokens.cut(text, segment.begin, segment.end, active_normalized_, cut_segments_);
    }
  }
  segments_.swap(cut_segments_);
}

void Encoder::State::encode(std::string_view text, std::vector<TokenId>& ids, std::vector<Offsets>* offsets) {
  const std::size_t from = ids.size();
  cut_out_added_tokens(text);
  for (const TextSegment& segment : segments_) {
    if (segment.token) {
      ids.push_back(segment.token->id);
      if (offsets) offsets->emplace_back(segment.begin, segment.end);
      continue;
    }
    spans_.clear();
    encode_segment(text.substr(segment.begin, segment.end - segment.begin), ids, offsets ? &spans_ : nullptr);
    for (const auto& [begin, end] : spans_) offsets->emplace_back(segment.begin + begin, segment.begin + end);
  }
  if (offsets && compiled_.post_processing.trims()) trim(text, ids, *offsets, from);
  if (!options_.add_special) return;
  compiled_.post_processing.add_special(ids, from);
  if (offsets) compiled_.post_processing.add_special(*offsets, from);
}

void Encoder::State::encode_segment(std::string_view segment, std::vector<TokenId>& ids, std::vector<Offsets>* spans) {
  const std::size_t valid = utf8::valid_prefix(segment);
  if (valid < segment.size()) return encode_ill_formed(segment, valid, ids, spans);
  encode_valid(segment, ids, spans);
  if (spans) {
    for (Offsets& span : *spans) widen(segment, span);
  }
}

// spans: the bytes that each token stands for, exactly.
void Encoder::State::encode_valid(std::string_view segment, std::vector<TokenId>& ids, std::vector<Offsets>* spans) {
  const PreTokenizerChain& chain = compiled_.pre_tokenizers;
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

void Encoder::State::encode_piece(const Cut& piece, std::vector<TokenId>& ids, std::vector<Offsets>& spans) {
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
void Encoder::State::encode_ill_formed(std::string_view segment, std::size_t valid, std::vector<TokenId>& ids,
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
    return compiled_.bytes(ids[i]).find_first_not_of(" \n\t") == std::string_view::npos;
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

void Encoder::State::trim(std::string_view text, const std::vector<TokenId>& ids, std::vector<Offsets>& offsets,
                          std::size_t from) {
  white_space_.clear();
  const std::size_t first_offset = offsets.size() - (ids.size() - from);
  for (std::size_t i = from; i < ids.size(); ++i) {
    const auto& [begin, end] = offsets[first_offset + i - from];
    using WhiteSpace = PostProcessing::WhiteSpace;
    white_space_.push_back(compiled_.added[ids[i]] ? WhiteSpace::of_match(text.substr(begin, end - begin))
                                                   : WhiteSpace::of_bytes(compiled_.bytes(ids[i])));
  }
  compiled_.post_processing.trim_offsets(text, offsets, first_offset, white_space_);
}

Encoder::Encoder(const Tokenizer& tokenizer, EncodeOptions options)
    : state_(std::make_unique<State>(tokenizer, std::move(options))) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;

void Encoder::encode(std::string_view text, std::vector<TokenId>& ids) { state_->encode(text, ids, nullptr); }
void Encoder::encode(std::string_view text, Encoding& encoding) {
  state_->encode(text, encoding.ids, &encoding.offsets);
}

}  // namespace quern
