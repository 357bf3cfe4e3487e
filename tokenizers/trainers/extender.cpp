#include "tokenizers/trainers/extender.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/bpe/piece_encoder.h"
#include "tokenizers/byte_token.h"
#include "tokenizers/pipelines/piece_model.h"
#include "tokenizers/trainers/piece_rules.h"
#include "tokenizers/trainers/sentencepiece_corpus.h"

namespace quern {
namespace {

using Ids = std::vector<TokenId>;

// The tokens of a piece, as rows of neighbours that may be joined.
class TokenRows {
 public:
  // parts: by id, whether a token stays alone.
  TokenRows(Model model, bool of_bytes, std::vector<bool> parts) : parts_(std::move(parts)) {
    if (auto* bpe = std::get_if<BpeModel>(&model)) bpe->dropout = 0;
    if (of_bytes) {
      bytes_.emplace(std::get<BpeModel>(model));
      scratch_ = bpe::PieceEncoder::make_scratch();
    } else {
      model_ = compile_model(model);
      characters_ = model_->start({});
    }
  }

  template <class Visit>
  void of(std::string_view piece, Visit visit) {
    ids_.clear();
    if (bytes_) {
      bytes_->encode(piece, *scratch_, ids_);
    } else {
      tokens_.clear();
      characters_->encode(piece, tokens_);
      for (const ModelToken& token : tokens_) ids_.push_back(token.id);
    }
    const auto stays_alone = [&](TokenId id) { return parts_[id]; };
    for (auto begin = ids_.begin(); begin != ids_.end();) {
      const auto end = std::find_if(begin, ids_.end(), stays_alone);
      visit(std::span<const TokenId>(begin, end));
      begin = std::find_if_not(end, ids_.end(), stays_alone);
    }
  }

 private:
  std::vector<bool> parts_;
  std::optional<bpe::PieceEncoder> bytes_;
  bpe::PieceEncoder::ScratchPointer scratch_;
  std::unique_ptr<const CompiledModel> model_;
  std::unique_ptr<PieceModel> characters_;
  std::vector<ModelToken> tokens_;
  Ids ids_;
};

// The parts of a text in which no two neighbours are kept apart by SentencePiece's rules.
template <class Visit>
void for_each_run(std::string_view text, const PieceRules& rules, Visit visit) {
  for_each_word(text, rules.whitespace_as_suffix, [&](std::string_view word) {
    const char *begin = word.data(), *const end = begin + word.size(), *before = begin;
    for (const char* p = begin; p < end;) {
      const char* next = p;
      utf8::decode(next);
      if (p != begin && !rules.allow({before, static_cast<std::size_t>(next - before)})) {
        visit(std::string_view(begin, static_cast<std::size_t>(p - begin)));
        begin = p;
      }
      before = p, p = next;
    }
    visit(std::string_view(begin, static_cast<std::size_t>(end - begin)));
  });
}

class Extender final : public Trainer {
 public:
  Extender(TokenizerDefinition from, const ExtendSettings& settings, const bpe::LearnResources& resources)
      : definition_(std::move(from)), settings_(settings), resources_(resources), cutter_(definition_.normalizers, definition_.pre_tokenizers) {
    require_supported();
    has_words_ = cutter_.cuts_bytes() || !definition_.pre_tokenizers.empty();
    take_vocabulary();
  }

  const PieceCutter& cutter() const override { return cutter_; }
  TokenizerDefinition learn(PieceCounts& pieces, const std::function<void(std::uint64_t, std::uint64_t)>& progress) override;
  const TrainingReport& report() const override { return report_; }

 private:
  void require_supported() const;
  void take_vocabulary();
  void put_vocabulary(std::size_t size);
  void add_characters(const Alphabet::Pieces& pieces);
  std::vector<std::uint32_t> lengths() const;
  PieceRules rules() const;
  const std::string& continuing_prefix() const;
  std::string word_suffix() const;
  std::vector<bool> tokens_that_stay_alone() const;

  TokenizerDefinition definition_;
  ExtendSettings settings_;
  bpe::LearnResources resources_;
  PieceCutter cutter_;
  bool has_words_ = false;               // the tokenizer cuts words itself
  std::vector<std::string> vocabulary_;  // by id, added tokens included
  std::size_t old_size_ = 0;
  TrainingReport report_;
};

void Extender::require_supported() const {
  const auto refuse = [](const char* what) {
    throw Error(ErrorCode::unsupported, std::string(what) + " cannot be extended: a new piece changes what every other is worth")
        .remedy("train a new one on all the text, with --user-token for what it must have");
  };
  if (std::holds_alternative<UnigramModel>(definition_.model)) refuse("a Unigram model");
  if (std::holds_alternative<WordLevelModel>(definition_.model)) throw Error(ErrorCode::unsupported, "a vocabulary of whole words has nothing to join");
  const auto* sentencepiece = std::get_if<SentencePieceModel>(&definition_.model);
  if (sentencepiece == nullptr) return;
  if (sentencepiece->algorithm == SentencePieceModel::Algorithm::bpe) {
    const auto& added = definition_.added_tokens;
    const auto is_behind = [&](const AddedToken& token) { return token.id >= sentencepiece->pieces.size(); };
    if (std::none_of(added.begin(), added.end(), is_behind)) return;
    throw Error(ErrorCode::unsupported, "this SentencePiece model has tokens added behind its pieces").remedy("convert it to tokenizer.json and extend that");
  }
  if (sentencepiece->algorithm == SentencePieceModel::Algorithm::unigram) refuse("a Unigram model");
  throw Error(ErrorCode::unsupported, "a model of words or characters has nothing to join");
}

void Extender::take_vocabulary() {
  if (const auto* sentencepiece = std::get_if<SentencePieceModel>(&definition_.model)) {
    for (const SentencePiece& piece : sentencepiece->pieces) vocabulary_.push_back(piece.text);
  } else if (const auto* word_piece = std::get_if<WordPieceModel>(&definition_.model)) {
    vocabulary_ = word_piece->vocabulary;
  } else {
    vocabulary_ = std::get<BpeModel>(definition_.model).vocabulary;
  }
  for (const AddedToken& token : definition_.added_tokens) {
    if (token.id >= vocabulary_.size()) vocabulary_.resize(token.id + std::size_t{1});
    if (vocabulary_[token.id].empty()) vocabulary_[token.id] = token.content;
  }
  old_size_ = vocabulary_.size();
}

// The first `size` tokens, of which the model holds those that are not added tokens alone.
void Extender::put_vocabulary(std::size_t size) {
  std::vector<std::string> tokens(vocabulary_.begin(), vocabulary_.begin() + static_cast<std::ptrdiff_t>(size));
  if (auto* sentencepiece = std::get_if<SentencePieceModel>(&definition_.model)) {
    float score = 0;
    for (const SentencePiece& piece : sentencepiece->pieces) score = std::min(score, piece.score);
    for (std::size_t id = sentencepiece->pieces.size(); id < size; ++id) {
      score = std::min(score - 1, std::nextafter(score, -std::numeric_limits<float>::infinity()));
      sentencepiece->pieces.push_back({std::move(tokens[id]), score, SentencePiece::Kind::normal});
    }
    return;
  }
  auto& held = std::holds_alternative<WordPieceModel>(definition_.model) ? std::get<WordPieceModel>(definition_.model).vocabulary
                                                                         : std::get<BpeModel>(definition_.model).vocabulary;
  for (std::size_t id = held.size(); id < old_size_; ++id) tokens[id].clear();
  std::copy(held.begin(), held.end(), tokens.begin());
  held = std::move(tokens);
}

const std::string& Extender::continuing_prefix() const {
  static const std::string none;
  if (const auto* bpe = std::get_if<BpeModel>(&definition_.model)) return bpe->continuing_subword_prefix;
  const auto* word_piece = std::get_if<WordPieceModel>(&definition_.model);
  return word_piece != nullptr ? word_piece->continuing_subword_prefix : none;
}

std::string Extender::word_suffix() const {
  const auto* bpe = std::get_if<BpeModel>(&definition_.model);
  return bpe != nullptr ? bpe->end_of_word_suffix : std::string();
}

// Unknown ones, bytes that stand in for them, and pieces that SentencePiece never joins.
std::vector<bool> Extender::tokens_that_stay_alone() const {
  std::vector<bool> alone(vocabulary_.size(), false);
  if (const auto* sentencepiece = std::get_if<SentencePieceModel>(&definition_.model)) {
    for (TokenId id = 0; id < sentencepiece->pieces.size(); ++id) alone[id] = sentencepiece->pieces[id].kind != SentencePiece::Kind::normal;
    return alone;
  }
  const auto* bpe = std::get_if<BpeModel>(&definition_.model);
  const std::optional<std::string> unknown = bpe != nullptr ? bpe->unk_token : std::get<WordPieceModel>(definition_.model).unk_token;
  for (TokenId id = 0; id < vocabulary_.size(); ++id) alone[id] = vocabulary_[id] == unknown;
  if (bpe == nullptr || !bpe->byte_fallback) return alone;
  for (int byte = 0; byte < 256; ++byte) {
    const auto found = std::find(vocabulary_.begin(), vocabulary_.end(), byte_token(static_cast<unsigned char>(byte)));
    if (found != vocabulary_.end()) alone[static_cast<std::size_t>(found - vocabulary_.begin())] = true;
  }
  return alone;
}

// Digits stand alone where no piece that can be joined has two of them.
PieceRules Extender::rules() const {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  PieceRules rules;
  rules.max_length = std::numeric_limits<std::size_t>::max();
  const auto* normalizer = definition_.normalizers.empty() ? nullptr : std::get_if<SentencePieceNormalizer>(&definition_.normalizers.front());
  rules.whitespace_as_suffix = normalizer != nullptr && normalizer->whitespace_as_suffix;
  const std::vector<bool> stays_alone = tokens_that_stay_alone();
  rules.split_digits = true;
  for (TokenId id = 0; id < vocabulary_.size(); ++id) {
    const auto is_added = [&](const AddedToken& token) { return token.id == id; };
    if (stays_alone[id] || std::any_of(definition_.added_tokens.begin(), definition_.added_tokens.end(), is_added)) continue;
    const std::string& token = vocabulary_[id];
    const bool has_two = std::adjacent_find(token.begin(), token.end(), [&](char a, char b) { return is_digit(a) && is_digit(b); }) != token.end();
    if (has_two) rules.split_digits = false;
  }
  return rules;
}

// Of each token in symbols, for the limit on lengths.
std::vector<std::uint32_t> Extender::lengths() const {
  const std::string &prefix = continuing_prefix(), suffix = word_suffix();
  std::vector<std::uint32_t> lengths;
  for (std::string_view token : vocabulary_) {
    if (token.starts_with(prefix)) token.remove_prefix(prefix.size());
    if (token.ends_with(suffix)) token.remove_suffix(suffix.size());
    lengths.push_back(std::max<std::uint32_t>(1, static_cast<std::uint32_t>(utf8::count_code_points(token))));
  }
  return lengths;
}

void Extender::add_characters(const Alphabet::Pieces& pieces) {
  AlphabetSettings alphabet;
  alphabet.coverage = settings_.coverage;
  alphabet.continuing_subword_prefix = continuing_prefix();
  alphabet.end_of_word_suffix = word_suffix();
  for (const std::string& token : vocabulary_) {
    const char* p = token.data();
    if (token.empty() || !utf8::is_valid(token)) continue;
    const char32_t character = utf8::decode(p);
    if (p == token.data() + token.size()) alphabet.initial += character;
  }
  report_.left_out = Alphabet(alphabet, false, pieces, vocabulary_).left_out();
  const std::size_t added = vocabulary_.size() - old_size_;
  if (added <= settings_.add) return;
  throw Error(ErrorCode::usage, "the text has " + std::to_string(added) + " characters that the tokenizer lacks, more than the " +
                                    std::to_string(settings_.add) + " tokens to add")
      .remedy("ask for more with --add, or leave rare characters out with --coverage 0.9995");
}

TokenizerDefinition Extender::learn(PieceCounts& counts, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  report_.pieces = counts.total();
  counts.spill();
  const bool of_bytes = cutter_.cuts_bytes();
  const PieceRules rules = this->rules();
  const Alphabet::Pieces pieces = [&](const PieceCounts::Visit& visit) {
    report_.distinct_pieces = 0;
    counts.for_each([&](std::string_view text, std::uint64_t count) {
      ++report_.distinct_pieces;
      if (has_words_) return visit(text, count);
      require_valid_piece(text);
      for_each_run(text, rules, [&](std::string_view run) { visit(run, count); });
    });
  };
  if (!of_bytes) add_characters(pieces);
  put_vocabulary(vocabulary_.size());

  TokenRows rows(definition_.model, of_bytes, tokens_that_stay_alone());
  const auto source = [&](const bpe::MergeLearner::Visit& visit) {
    pieces([&](std::string_view piece, std::uint64_t count) { rows.of(piece, [&](std::span<const TokenId> row) { visit(row, count); }); });
  };
  const std::vector<std::uint32_t> symbols = lengths();
  const auto merges = bpe::learn_merges(source, counts.spilled_key_bytes(), vocabulary_,
                                        {.max_tokens = old_size_ + settings_.add,
                                         .min_count = settings_.min_frequency,
                                         .max_token_length = settings_.max_token_length,
                                         .lengths = symbols,
                                         .continuing_prefix = continuing_prefix()},
                                        resources_, {}, progress);
  put_vocabulary(vocabulary_.size());
  auto* bpe = std::get_if<BpeModel>(&definition_.model);
  if (bpe != nullptr && bpe->order == BpeOrder::merges) {
    for (const bpe::LearnedMerge& merge : merges) bpe->merges.push_back(merge.pair);
  }
  report_.vocabulary = vocabulary_.size();
  report_.added = vocabulary_.size() - old_size_;
  report_.merges = merges.size();
  report_.last_count = merges.empty() ? 0 : merges.back().count;
  return definition_;
}

}  // namespace

std::unique_ptr<Trainer> make_extender(TokenizerDefinition from, const ExtendSettings& settings, const bpe::LearnResources& resources) {
  return std::make_unique<Extender>(std::move(from), settings, resources);
}

}  // namespace quern
