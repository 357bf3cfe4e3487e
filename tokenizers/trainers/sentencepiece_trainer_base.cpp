#include "tokenizers/trainers/sentencepiece_trainer_base.h"

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern {
namespace {

std::vector<std::string> texts_of(const PlacedPieces& reserved) {
  std::vector<std::string> texts;
  for (const auto& piece : reserved) {
    if (piece) texts.push_back(piece->text);
  }
  return texts;
}

}  // namespace

SentencePieceTrainer::SentencePieceTrainer(SentencePieceModel::Algorithm algorithm, const SentencePieceTrainingSettings& settings,
                                           std::uint64_t memory_budget)
    : algorithm_(algorithm),
      settings_(settings),
      cutter_({}, {}),
      reserved_(place_reserved(settings.reserved, settings.vocab_size)),
      reserved_count_(texts_of(reserved_).size()),
      corpus_({.normalizer = settings.normalizer,
               .max_sentence_length = settings.max_sentence_length,
               .character_coverage = settings.use_all_vocab ? std::numeric_limits<float>::infinity() : settings.character_coverage,
               .required_characters = settings.required_characters,
               .split_by_whitespace = settings.rules.split_by_whitespace,
               .cut_out = texts_of(reserved_),
               .last_text = settings.last_text},
              memory_budget) {
  settings_.rules.whitespace_as_suffix = settings.normalizer.whitespace_as_suffix;
}

void SentencePieceTrainer::check_room() const {
  const std::size_t characters = corpus_.required_characters().size(), least = characters + reserved_count_;
  if (least <= settings_.vocab_size) return;
  throw Error(ErrorCode::usage, "a vocabulary of " + std::to_string(settings_.vocab_size) + " cannot hold " +
                                    std::to_string(characters) + " characters and " + std::to_string(reserved_count_) +
                                    " reserved pieces")
      .remedy("ask for --vocab-size " + std::to_string(least) + " or more, or for less --coverage");
}

std::string SentencePieceTrainer::left_out_text() const {
  if (corpus_.skipped() == 0) return {};
  return "; " + std::to_string(corpus_.skipped()) + " texts were left out, longer than " + std::to_string(settings_.max_sentence_length) +
         " bytes or with U+2585 in them (--max-sentence-length)";
}

TokenizerDefinition SentencePieceTrainer::assemble(Pieces pieces) const {
  SentencePieceModel model;
  model.algorithm = algorithm_;
  model.byte_fallback = settings_.reserved.byte_fallback;
  model.unk_piece = settings_.reserved.unk_piece;
  model.bos_piece = settings_.reserved.bos_piece;
  model.eos_piece = settings_.reserved.eos_piece;
  model.pad_piece = settings_.reserved.pad_piece;
  const std::size_t size = settings_.use_all_vocab ? pieces.size() + reserved_count_ : settings_.vocab_size;
  std::size_t next = 0;
  for (std::size_t id = 0; id < size; ++id) {
    if (id < reserved_.size() && reserved_[id]) {
      model.pieces.push_back(*reserved_[id]);
    } else if (next < pieces.size()) {
      model.pieces.push_back({std::move(pieces[next].text), pieces[next].score, SentencePiece::Kind::normal});
      ++next;
    }
  }
  const bool may_be_less = !settings_.hard_vocab_limit || algorithm_ == SentencePieceModel::Algorithm::character;
  if (!may_be_less && model.pieces.size() < size) {
    throw Error(ErrorCode::usage, "this text gives no more than " + std::to_string(model.pieces.size()) + " pieces, " +
                                      std::to_string(size) + " asked for")
        .remedy("ask for --vocab-size " + std::to_string(model.pieces.size()) + " or less" + left_out_text());
  }
  TokenizerDefinition definition;
  definition.normalizers.push_back(settings_.normalizer);
  definition.model = std::move(model);
  definition.decoders.push_back(SentencePieceDecoder{});
  return definition;
}

TokenizerDefinition SentencePieceTrainer::learn(PieceCounts& texts, const Progress& progress) {
  const auto add = [this](std::string_view text, std::uint64_t count) { corpus_.add(text, count); };
  if (const CountTable* table = texts.gather()) {
    table->for_each(add);
  } else {
    texts.for_each(add);
  }
  texts.clear();
  corpus_.finish();
  for (const CountedText& sentence : corpus_.sentences()) report_.pieces += sentence.count;
  report_.distinct_pieces = corpus_.sentences().size();
  report_.skipped = corpus_.skipped();
  TokenizerDefinition definition = assemble(learn_pieces(progress));
  report_.vocabulary = std::get<SentencePieceModel>(definition.model).pieces.size();
  return definition;
}

std::string text_of(char32_t character) {
  std::string text;
  utf8::append(text, character);
  return text;
}

}  // namespace quern
