// tokenizer.json → SentencePiece.
#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "tokenizers/formats/conversion.h"
#include "tokenizers/formats/sentencepiece_spec.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

using Kind = SentencePiece::Kind;
using Algorithm = SentencePieceModel::Algorithm;

constexpr const char* kSpace = "\u2581";

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorCode::unsupported, "a SentencePiece .model cannot say this tokenizer: " + reason);
}

ReplaceNormalizer replace_regex(const char* regex, const char* content) {
  return {.pattern = SplitPattern::from_regex(regex), .content = content};
}

ReplaceNormalizer replace_text(const char* text, const char* content) {
  return {.pattern = SplitPattern::from_literal(text), .content = content};
}

// Takes known steps from the front of a list.
template <class Part>
class Steps {
 public:
  explicit Steps(const std::vector<Part>& parts) : parts_(parts) {}
  bool take(const Part& part) { return at_ < parts_.size() && parts_[at_] == part ? (++at_, true) : false; }
  template <class Kind>
  const Kind* take() {
    return at_ < parts_.size() && std::get_if<Kind>(&parts_[at_]) ? std::get_if<Kind>(&parts_[at_++]) : nullptr;
  }
  bool at_end() const { return at_ == parts_.size(); }

 private:
  const std::vector<Part>& parts_;
  std::size_t at_ = 0;
};

class Converter {
 public:
  explicit Converter(const TokenizerDefinition& from) : from_(from) {}

  Conversion convert() {
    read_normalizers();
    if (const auto* bpe = std::get_if<BpeModel>(&from_.model)) {
      convert_bpe(*bpe);
    } else if (const auto* unigram = std::get_if<UnigramModel>(&from_.model)) {
      convert_unigram(*unigram);
    } else {
      refuse("its model is neither BPE nor Unigram");
    }
    add_tokens();
    TokenizerDefinition& to = result_.definition;
    if (!from_.post_processors.empty()) lose("the special tokens around a text are left out");
    if (from_.truncation || from_.padding) lose("truncation and padding are left out");
    if (!charsmap_is_empty()) lose("the rules of normalization are applied by characters, not by grapheme cluster");
    to.normalizers = {normalizer_};
    to.model = std::move(model_);
    to.decoders = {SentencePieceDecoder{}};
    to.specials_in_text = false;
    check_round_trip();
    return std::move(result_);
  }

 private:
  void lose(std::string what) { result_.losses.push_back(std::move(what)); }
  bool charsmap_is_empty() const { return normalizer_.charsmap.empty(); }

  // Rules, spaces collapsed, a space in front, spaces made visible: by normalizers, or the last two by Metaspace.
  void read_normalizers() {
    Steps<Normalizer> steps(from_.normalizers);
    normalizer_.name = "identity";
    if (const auto* rules = steps.take<PrecompiledNormalizer>()) {
      normalizer_.charsmap = rules->charsmap;
      normalizer_.name.clear();
    }
    normalizer_.remove_extra_whitespaces = steps.take(replace_regex("^ +", "")) &&
                                           steps.take(replace_regex(" {2,}", " ")) &&
                                           steps.take(replace_regex("[ \u2581]+$", ""));
    normalizer_.add_dummy_prefix = steps.take(PrependNormalizer{kSpace});
    const bool visible = steps.take(replace_text(" ", kSpace));
    if (!steps.at_end()) refuse("its normalizers are none of SentencePiece's");
    Steps<PreTokenizer> pre(from_.pre_tokenizers);
    const auto* metaspace = pre.take<MetaspacePreTokenizer>();
    if (!pre.at_end() || visible == (metaspace != nullptr)) refuse("its spaces are not SentencePiece's");
    if (!metaspace) return;
    if (metaspace->replacement != U'\u2581') refuse("its spaces are not SentencePiece's");
    normalizer_.add_dummy_prefix = metaspace->prepend_scheme != PrependScheme::never;
    if (normalizer_.add_dummy_prefix && !normalizer_.remove_extra_whitespaces) {
      lose("a text that begins with a space gets a second one");
    }
  }

  void add_pieces(const std::vector<std::string>& vocabulary, const std::optional<std::string>& unk) {
    if (!unk) refuse("it has no token for what is unknown");
    for (const std::string& token : vocabulary) {
      if (token.empty()) refuse("its ids have a hole");
      SentencePiece piece{.text = token};
      if (token == *unk) {
        piece.kind = Kind::unknown;
      } else if (model_.byte_fallback && byte_of(token)) {
        piece.kind = Kind::byte;
      }
      model_.pieces.push_back(std::move(piece));
    }
    model_.unk_piece = *unk;
    model_.unk_surface = *unk;
  }

  void convert_bpe(const BpeModel& bpe) {
    if (bpe.order != BpeOrder::merges || bpe.ignore_merges) refuse("it does not go by merges alone");
    if (!bpe.continuing_subword_prefix.empty() || !bpe.end_of_word_suffix.empty()) refuse("it marks parts of words");
    if (bpe.dropout != 0) refuse("it drops merges at random");
    model_.algorithm = Algorithm::bpe;
    model_.byte_fallback = bpe.byte_fallback;
    add_pieces(bpe.vocabulary, bpe.unk_token);
    if (!bpe.fuse_unk && !bpe.byte_fallback) lose("unknown characters that follow one another become one token");
    score_by_merges(bpe);
  }

  // The earlier a piece is merged, the higher its score. Pieces whose merges are mixed share one; what no merge makes
  // comes last, by id.
  void score_by_merges(const BpeModel& bpe) {
    std::unordered_map<std::string_view, std::size_t> ids;
    for (std::size_t id = 0; id < bpe.vocabulary.size(); ++id) ids.emplace(bpe.vocabulary[id], id);
    std::vector<std::size_t> results, last(bpe.vocabulary.size());
    for (const Merge& merge : bpe.merges) {
      results.push_back(ids.at(bpe.vocabulary[merge.left] + bpe.vocabulary[merge.right]));
      last[results.back()] = results.size();
    }
    std::vector<bool> scored(bpe.vocabulary.size());
    float score = 0;
    std::size_t mixed_until = 0;
    const auto give = [&](std::size_t id) {
      if (!scored[id] && model_.pieces[id].kind == Kind::normal) model_.pieces[id].score = score;
      scored[id] = true;
    };
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (mixed_until > 0 && i == mixed_until) --score;
      give(results[i]);
      mixed_until = std::max(mixed_until, last[results[i]]);
    }
    for (std::size_t id = 0; id < scored.size(); ++id) --score, give(id);
  }

  void convert_unigram(const UnigramModel& unigram) {
    model_.algorithm = Algorithm::unigram;
    model_.byte_fallback = unigram.byte_fallback;
    if (!unigram.unk_id) refuse("it has no token for what is unknown");
    add_pieces(unigram.vocabulary, unigram.vocabulary[*unigram.unk_id]);
    for (std::size_t id = 0; id < unigram.scores.size(); ++id) {
      model_.pieces[id].score = static_cast<float>(unigram.scores[id]);
    }
    lose("scores are rounded to floats, so where two ways to cut a text are nearly as good the other may win");
  }

  void add_tokens() {
    for (const AddedToken& token : from_.added_tokens) {
      if (token.id > model_.pieces.size()) refuse("its ids have a hole");
      if (token.id == model_.pieces.size()) model_.pieces.push_back({.text = token.content});
      SentencePiece& piece = model_.pieces[token.id];
      if (piece.text != token.content) refuse("the id of added token " + in_quotes(token.content) + " is another's");
      if (piece.kind == Kind::unknown) continue;
      piece.kind = token.special ? Kind::control : Kind::user_defined;
      piece.score = 0;
      if (!token.special) lose("added token " + in_quotes(token.content) + " begins no text anew behind it");
    }
  }

  // Exact is what comes back as it was, whatever the order of the merges that make one piece.
  void check_round_trip() {
    if (!model_complete_bytes()) refuse("it falls back to bytes and lacks some");
    Conversion back = from_sentencepiece(result_.definition);
    TokenizerDefinition from = from_;
    if (back.definition.decoders != from.decoders) lose("tokens are decoded otherwise");
    // There the vocabulary lists added tokens too.
    if (auto* bpe = std::get_if<BpeModel>(&from.model)) {
      for (const AddedToken& token : from.added_tokens) {
        if (token.id == bpe->vocabulary.size()) bpe->vocabulary.push_back(token.content);
      }
    }
    for (TokenizerDefinition* definition : {&back.definition, &from}) {
      if (auto* bpe = std::get_if<BpeModel>(&definition->model)) order_merges_of_a_piece(*bpe);
    }
    if (back.definition.model != from.model) lose("its model is not one of scored pieces");
  }

  static void order_merges_of_a_piece(BpeModel& bpe) {
    const auto result = [&](const Merge& m) { return bpe.vocabulary[m.left] + bpe.vocabulary[m.right]; };
    for (auto first = bpe.merges.begin(); first != bpe.merges.end();) {
      const std::string piece = result(*first);
      const auto last = std::find_if(first, bpe.merges.end(), [&](const Merge& m) { return result(m) != piece; });
      std::sort(first, last, [](const Merge& a, const Merge& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
      first = last;
    }
  }

  bool model_complete_bytes() const {
    const auto& model = std::get<SentencePieceModel>(result_.definition.model);
    const auto is_byte = [](const SentencePiece& piece) { return piece.kind == Kind::byte; };
    return !model.byte_fallback || std::count_if(model.pieces.begin(), model.pieces.end(), is_byte) == 256;
  }

  const TokenizerDefinition& from_;
  SentencePieceModel model_;
  SentencePieceNormalizer normalizer_;
  Conversion result_;
};

}  // namespace

Conversion to_sentencepiece(const TokenizerDefinition& definition) { return Converter(definition).convert(); }

}  // namespace quern::formats
