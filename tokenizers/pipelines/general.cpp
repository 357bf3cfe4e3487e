#include "tokenizers/pipelines/general.h"

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/compiled.h"
#include "tokenizers/normalizers/normalizer_chain.h"
#include "tokenizers/pipelines/active_tokens.h"
#include "tokenizers/pipelines/nbest_pieces.h"
#include "tokenizers/pipelines/piece_model.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer_chain.h"

namespace quern {
namespace {

std::vector<std::string> user_defined_pieces(const Model& model) {
  std::vector<std::string> pieces;
  const auto* sentence_piece = std::get_if<SentencePieceModel>(&model);
  if (sentence_piece == nullptr) return pieces;
  for (const SentencePiece& piece : sentence_piece->pieces) {
    if (piece.kind == SentencePiece::Kind::user_defined) pieces.push_back(piece.text);
  }
  return pieces;
}

bool takes_ill_formed(const std::vector<Normalizer>& normalizers) {
  return !normalizers.empty() && std::holds_alternative<SentencePieceNormalizer>(normalizers.front());
}

// Metaspace looks whether a piece begins the original text, which only its spans tell when a normalizer may have taken
// characters away before it.
bool needs_spans(const TokenizerDefinition& definition) {
  if (definition.normalizers.empty()) return false;
  for (const PreTokenizer& part : definition.pre_tokenizers) {
    const auto* metaspace = std::get_if<MetaspacePreTokenizer>(&part);
    if (metaspace != nullptr && metaspace->prepend_scheme == PrependScheme::first) return true;
  }
  return false;
}

class CompiledGeneral final : public CompiledPipeline {
 public:
  explicit CompiledGeneral(const TokenizerDefinition& definition)
      : normalizers(definition.normalizers, user_defined_pieces(definition.model)),
        pre_tokenizers(definition.pre_tokenizers),
        model(compile_model(definition.model)),
        takes_ill_formed(quern::takes_ill_formed(definition.normalizers)),
        needs_spans(quern::needs_spans(definition)) {}
  std::unique_ptr<Pipeline> start(const Tokenizer::Compiled& tokenizer, const EncodeOptions& options) const override;
  bool tells_words() const override { return true; }

  const NormalizerChain normalizers;
  const PreTokenizerChain pre_tokenizers;
  const std::unique_ptr<const CompiledModel> model;
  const bool takes_ill_formed, needs_spans;
};

// Where tokens go: ids alone, or with offsets, or with words too.
struct Sink {
  std::vector<TokenId>& ids;
  std::vector<Offsets>* offsets;
  std::vector<std::int32_t>* words;
  std::vector<Surface>* surfaces;

  // For the token that comes next.
  void show(std::string_view surface) {
    if (surfaces) surfaces->push_back({ids.size(), std::string(surface)});
  }
};

class GeneralPipeline final : public Pipeline {
 public:
  GeneralPipeline(const CompiledGeneral& compiled, const Tokenizer::Compiled& tokenizer, const EncodeOptions& options)
      : compiled_(compiled),
        raw_(tokenizer.raw_tokens, tokenizer, options),
        normalized_(tokenizer.normalized_tokens, tokenizer, options),
        own_model_(compiled.model->start(options)),
        model_(own_model_.get()),
        unknown_(compiled.model->shown_unknown()),
        tells_words_(options.words),
        text_is_valid_(options.text_is_valid) {}

  void encode(std::string_view text, std::vector<TokenId>& ids) override { encode(text, {ids, nullptr, nullptr, nullptr}); }
  void encode(std::string_view text, Encoding& encoding) override {
    encode(text, {encoding.ids, &encoding.offsets, tells_words_ ? &encoding.words : nullptr, &encoding.surfaces});
  }
  void begin_text(std::uint64_t number) override { own_model_->begin_text(number); }
  std::vector<ScoredEncoding> nbest(std::string_view text, std::size_t k) override;

 private:
  void encode(std::string_view text, Sink sink);
  void encode_raw(std::string_view segment, std::size_t origin, Sink sink);
  void encode_normalized(NormalizedText& text, std::size_t origin, bool begins_document, Sink sink);

  const CompiledGeneral& compiled_;
  const ActiveTokens raw_, normalized_;
  const std::unique_ptr<PieceModel> own_model_;
  PieceModel* model_;  // but for an n-best list: that one
  const std::optional<TokenId> unknown_;
  const bool tells_words_, text_is_valid_;

  std::vector<TextSegment> raw_segments_, segments_;
  NormalizedText whole_, part_;
  PreTokenizerChain::Scratch scratch_;
  std::vector<ModelToken> tokens_;
  std::int32_t word_ = 0;  // of the text: its pieces and added tokens are counted
};

std::unique_ptr<Pipeline> CompiledGeneral::start(const Tokenizer::Compiled& tokenizer, const EncodeOptions& options) const {
  return std::make_unique<GeneralPipeline>(*this, tokenizer, options);
}

std::vector<ScoredEncoding> GeneralPipeline::nbest(std::string_view text, std::size_t k) {
  struct Restore {
    PieceModel*& model;
    PieceModel* const own;
    ~Restore() { model = own; }
  } restore{model_, own_model_.get()};
  NbestPieces pieces(*own_model_, k);
  model_ = &pieces;
  Encoding best;
  encode(text, best);
  std::vector<ScoredEncoding> list(pieces.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    pieces.choose(i);
    encode(text, list[i].encoding);
    list[i].score = pieces.score(i);
  }
  return list;
}

void GeneralPipeline::encode(std::string_view text, Sink sink) {
  if (!compiled_.takes_ill_formed && !text_is_valid_ && !utf8::is_valid(text)) {
    throw Error(ErrorCode::input, "the text is not valid UTF-8, and this tokenizer works on characters")
        .remedy("use --on-invalid replace");
  }
  word_ = 0;
  raw_segments_.clear();
  raw_.cut(text, 0, text.size(), raw_segments_);
  for (const TextSegment& segment : raw_segments_) {
    if (segment.token) {
      sink.show(text.substr(segment.begin, segment.end - segment.begin));
      sink.ids.push_back(segment.token->id);
      if (sink.offsets) sink.offsets->emplace_back(segment.begin, segment.end);
      if (sink.words) sink.words->push_back(word_++);
    } else {
      encode_raw(text.substr(segment.begin, segment.end - segment.begin), segment.begin, sink);
    }
  }
}

// A stretch between added tokens that stand in the raw text. origin: where it begins in that.
void GeneralPipeline::encode_raw(std::string_view segment, std::size_t origin, Sink sink) {
  if (sink.offsets || compiled_.needs_spans) {
    compiled_.normalizers.normalize(segment, whole_);
  } else {
    compiled_.normalizers.normalize(segment, whole_.text);
    whole_.begins.clear(), whole_.ends.clear();
  }
  if (normalized_.none()) return encode_normalized(whole_, origin, origin == 0, sink);
  segments_.clear();
  normalized_.cut(whole_.text, 0, whole_.text.size(), segments_);
  for (const TextSegment& part : segments_) {
    if (part.token) {
      sink.show(std::string_view(whole_.text).substr(part.begin, part.end - part.begin));
      sink.ids.push_back(part.token->id);
      if (sink.words) sink.words->push_back(word_++);
      if (!sink.offsets) continue;
      const auto [begin, end] = whole_.original(part.begin, part.end);
      sink.offsets->emplace_back(origin + begin, origin + end);
      continue;
    }
    const auto slice = [&](const auto& from) {
      return std::remove_cvref_t<decltype(from)>(from.begin() + static_cast<std::ptrdiff_t>(part.begin),
                                                 from.begin() + static_cast<std::ptrdiff_t>(part.end));
    };
    part_.text = slice(whole_.text);
    if (!whole_.begins.empty()) part_.begins = slice(whole_.begins), part_.ends = slice(whole_.ends);
    encode_normalized(part_, origin, origin == 0 && part.begin == 0, sink);
  }
}

void GeneralPipeline::encode_normalized(NormalizedText& text, std::size_t origin, bool begins_document, Sink sink) {
  if (text.text.empty()) return;
  compiled_.pre_tokenizers.cut(text, begins_document, scratch_);
  for (const TextRange& piece : scratch_.pieces) {
    if (piece.begin == piece.end) continue;
    tokens_.clear();
    model_->encode(std::string_view(text.text).substr(piece.begin, piece.end - piece.begin), tokens_);
    for (const ModelToken& token : tokens_) {
      if (token.id == unknown_) {
        sink.show(std::string_view(text.text).substr(piece.begin + token.begin, token.end - token.begin));
      }
      sink.ids.push_back(token.id);
      if (sink.words) sink.words->push_back(word_);
      if (!sink.offsets) continue;
      const std::size_t first = piece.begin + token.begin;
      if (token.begin == token.end) {
        const std::size_t at = first < text.text.size() ? text.begins[first] : text.ends.back();
        sink.offsets->emplace_back(origin + at, origin + at);
      } else {
        const auto [begin, end] = text.original(first, piece.begin + token.end);
        sink.offsets->emplace_back(origin + begin, origin + end);
      }
    }
    ++word_;
  }
}

}  // namespace

std::unique_ptr<const CompiledPipeline> make_general_pipeline(const TokenizerDefinition& definition) {
  return std::make_unique<CompiledGeneral>(definition);
}

}  // namespace quern
