// SentencePiece → tokenizer.json.
#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "tokenizers/formats/conversion.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

using Kind = SentencePiece::Kind;
using Algorithm = SentencePieceModel::Algorithm;

constexpr const char* kSpace = "\u2581";

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorCode::unsupported, "tokenizer.json cannot say this tokenizer: " + reason);
}

std::vector<std::string> texts_of(const SentencePieceModel& model) {
  std::vector<std::string> texts;
  for (const SentencePiece& piece : model.pieces) texts.push_back(piece.text);
  return texts;
}

bool is_boundary(std::string_view text, std::size_t at) {
  return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

// All pairs of pieces that make a piece: those of better pieces first, else by the ids of the two, as the list of Llama 2
// that transformers made of its scores.
std::vector<Merge> merges_of(const SentencePieceModel& model) {
  std::unordered_map<std::string_view, TokenId> ids;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    if (model.pieces[id].kind == Kind::normal) ids.emplace(model.pieces[id].text, static_cast<TokenId>(id));
  }
  std::vector<std::pair<float, Merge>> scored;
  for (const SentencePiece& piece : model.pieces) {
    const std::string_view text = piece.text;
    for (std::size_t at = 1; piece.kind == Kind::normal && at < text.size(); ++at) {
      if (!is_boundary(text, at)) continue;
      const auto left = ids.find(text.substr(0, at)), right = ids.find(text.substr(at));
      if (left != ids.end() && right != ids.end()) scored.push_back({piece.score, {left->second, right->second}});
    }
  }
  std::sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first > b.first;
    return std::pair(a.second.left, a.second.right) < std::pair(b.second.left, b.second.right);
  });
  std::vector<Merge> merges;
  for (const auto& [score, merge] : scored) merges.push_back(merge);
  return merges;
}

class Converter {
 public:
  explicit Converter(const TokenizerDefinition& definition)
      : from_(definition), model_(std::get<SentencePieceModel>(definition.model)) {
    const auto* normalizer = definition.normalizers.size() == 1
                                 ? std::get_if<SentencePieceNormalizer>(&definition.normalizers[0])
                                 : nullptr;
    if (!normalizer) refuse("its normalizer is not SentencePiece's");
    normalizer_ = normalizer;
  }

  Conversion convert() {
    if (normalizer_->whitespace_as_suffix) refuse("white space goes behind words");
    if (!normalizer_->escape_whitespaces) refuse("spaces are not made visible");
    for (const SentencePiece& piece : model_.pieces) {
      if (piece.kind == Kind::unused) refuse("piece " + in_quotes(piece.text) + " is there, but not to be used");
    }
    TokenizerDefinition& to = result_.definition;
    to.post_processors = from_.post_processors;
    to.truncation = from_.truncation;
    to.padding = from_.padding;
    add_tokens();
    if (model_.algorithm == Algorithm::bpe) {
      convert_bpe();
    } else if (model_.algorithm == Algorithm::unigram) {
      convert_unigram();
    } else {
      refuse("its model is neither BPE nor Unigram");
    }
    return std::move(result_);
  }

 private:
  void lose(std::string what) { result_.losses.push_back(std::move(what)); }

  // The pieces that stand for no text become special tokens, as in transformers.
  void add_tokens() {
    std::vector<AddedToken>& tokens = result_.definition.added_tokens;
    tokens = from_.added_tokens;
    bool has_user_defined = false;
    for (std::size_t id = 0; id < model_.pieces.size(); ++id) {
      const SentencePiece& piece = model_.pieces[id];
      const bool is_special = piece.kind == Kind::unknown || piece.kind == Kind::control;
      if (!is_special && piece.kind != Kind::user_defined) continue;
      has_user_defined = has_user_defined || piece.kind == Kind::user_defined;
      const auto same = [&](const AddedToken& token) { return token.content == piece.text; };
      if (std::any_of(tokens.begin(), tokens.end(), same)) continue;
      tokens.push_back(
          {.id = static_cast<TokenId>(id), .content = piece.text, .normalized = false, .special = is_special});
    }
    std::sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    if (has_user_defined) lose("user-defined pieces become added tokens, behind which a text begins anew");
  }

  // Spaces are collapsed before they are made visible; at the end those that were visible before go too.
  void convert_white_space(std::vector<Normalizer>& normalizers) const {
    const auto replace = [&](SplitPattern pattern, const char* content) {
      normalizers.emplace_back(ReplaceNormalizer{.pattern = std::move(pattern), .content = content});
    };
    if (!normalizer_->charsmap.empty()) normalizers.emplace_back(PrecompiledNormalizer{normalizer_->charsmap});
    if (normalizer_->remove_extra_whitespaces) {
      replace(SplitPattern::from_regex("^ +"), "");
      replace(SplitPattern::from_regex(" {2,}"), " ");
      replace(SplitPattern::from_regex("[ \u2581]+$"), "");
    }
  }

  void convert_bpe() {
    TokenizerDefinition& to = result_.definition;
    lose_characters();
    BpeModel model;
    model.vocabulary = texts_of(model_);
    model.merges = merges_of(model_);
    for (const SentencePiece& piece : model_.pieces) {
      if (piece.kind == Kind::unknown) model.unk_token = piece.text;
    }
    model.fuse_unk = true;
    model.byte_fallback = model_.byte_fallback;
    to.model = std::move(model);
    convert_white_space(to.normalizers);
    if (normalizer_->add_dummy_prefix) to.normalizers.emplace_back(PrependNormalizer{kSpace});
    to.normalizers.emplace_back(ReplaceNormalizer{.pattern = SplitPattern::from_literal(" "), .content = kSpace});
    to.decoders = {ReplaceDecoder{.pattern = SplitPattern::from_literal(kSpace), .content = " "}};
    if (model_.byte_fallback) to.decoders.emplace_back(ByteFallbackDecoder{});
    to.decoders.emplace_back(FuseDecoder{});
    if (normalizer_->add_dummy_prefix || normalizer_->remove_extra_whitespaces) {
      to.decoders.emplace_back(StripDecoder{.content = U' ', .start = 1, .stop = 0});
    }
    lose_rules();
  }

  // SentencePiece joins characters that are no pieces themselves; merges cannot.
  void lose_characters() {
    std::unordered_map<std::string_view, bool> single;
    for (const SentencePiece& piece : model_.pieces) {
      if (piece.kind == Kind::normal) single.emplace(piece.text, true);
    }
    for (const SentencePiece& piece : model_.pieces) {
      if (piece.kind != Kind::normal) continue;
      const std::string_view text = piece.text;
      for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        do ++end;
        while (!is_boundary(text, end));
        if (single.contains(text.substr(at, end - at))) continue;
        return lose("piece " + in_quotes(text) + " cannot be merged: " + in_quotes(text.substr(at, end - at)) +
                    " is no piece");
      }
    }
  }

  void convert_unigram() {
    TokenizerDefinition& to = result_.definition;
    UnigramModel model;
    model.vocabulary = texts_of(model_);
    bool has_inner_space = false;
    for (std::size_t id = 0; id < model_.pieces.size(); ++id) {
      const SentencePiece& piece = model_.pieces[id];
      model.scores.push_back(piece.score);
      if (piece.kind == Kind::unknown) model.unk_id = static_cast<TokenId>(id);
      has_inner_space = has_inner_space || (piece.kind == Kind::normal && piece.text.find(kSpace, 1) != piece.text.npos);
    }
    model.byte_fallback = model_.byte_fallback;
    to.model = std::move(model);
    convert_white_space(to.normalizers);
    const auto scheme = normalizer_->add_dummy_prefix ? PrependScheme::always : PrependScheme::never;
    to.pre_tokenizers = {MetaspacePreTokenizer{.prepend_scheme = scheme, .split = !has_inner_space}};
    if (model_.byte_fallback) {
      to.decoders = {ByteFallbackDecoder{}};
    }
    to.decoders.emplace_back(MetaspaceDecoder{.prepend_scheme = scheme, .split = !has_inner_space});
    if (normalizer_->add_dummy_prefix && !normalizer_->remove_extra_whitespaces) {
      lose("a text that begins with a space gets no second one");
    }
    lose("scores are summed up as doubles, so where two ways to cut a text are nearly as good the other may win");
    lose_rules();
  }

  void lose_rules() {
    if (!normalizer_->charsmap.empty()) {
      lose("the rules of normalization (" + (normalizer_->name.empty() ? "unnamed" : normalizer_->name) +
           ") are applied by grapheme cluster, so some characters with marks come out otherwise");
    }
    if (!model_.byte_fallback && model_.unk_surface != model_.unk_piece) {
      lose("an unknown token decodes to its name, not to " + in_quotes(model_.unk_surface));
    }
  }

  const TokenizerDefinition& from_;
  const SentencePieceModel& model_;
  const SentencePieceNormalizer* normalizer_ = nullptr;
  Conversion result_;
};

}  // namespace

Conversion from_sentencepiece(const TokenizerDefinition& definition) { return Converter(definition).convert(); }

}  // namespace quern::formats
