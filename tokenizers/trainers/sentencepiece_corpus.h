// Texts as SentencePiece's trainers see them: normalized, cut into words at U+2581, counted, and with rare characters marked.
//
//   SentencePieceCorpus corpus(settings, memory_budget);
//   corpus.add(text, count); …                    // distinct or not
//   corpus.finish();
//   corpus.units(), corpus.sentences(), corpus.required_characters(), corpus.characters()
//
// The rules of sentencepiece 0.2.3 (LoadSentences): texts longer than a limit or with U+2585 in them are left out; pieces that
// are there from the start (control symbols and the like) are cut out; the most frequent characters up to a coverage are
// required, all others become U+2585, which no piece may hold. Counts are sums of 64 bits, so the result does not depend on
// the order of the texts.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/count_table.h"
#include "tokenizers/definition/normalizers.h"
#include "tokenizers/normalizers/normalizer_chain.h"
#include "tokenizers/trainers/character_map.h"
#include "tokenizers/trainers/unigram_learner.h"
#include "tokenizers/trainers/unigram_seeds.h"

namespace quern {

struct SentencePieceCorpusSettings {
  SentencePieceNormalizer normalizer;
  std::size_t max_sentence_length = 4192;  // bytes
  float character_coverage = 0.9995f;
  std::string required_characters;         // whatever their count
  bool split_by_whitespace = true;         // false: a text is one word
  std::vector<std::string> cut_out;        // pieces that must not be learned
  std::string last_text;                   // the last of those counted, where that matters (SeedSettings)
};

struct CountedCharacter {
  char32_t character;
  std::uint64_t count;
};

class SentencePieceCorpus {
 public:
  SentencePieceCorpus(const SentencePieceCorpusSettings& settings, std::uint64_t memory_budget);

  // Error{memory} when the distinct words outgrow the budget (bytes).
  void add(std::string_view text, std::uint64_t count = 1);

  // Error{input} when there is no text. After this, and only then:
  void finish();
  const std::vector<SeedUnit>& units() const { return units_; }
  // Distinct words (texts, without split_by_whitespace), most frequent first, then by bytes.
  const std::vector<CountedText>& sentences() const { return sentences_; }
  // Most frequent first, then by code point: those a vocabulary must have, and those of them that occur.
  const std::vector<CountedCharacter>& required_characters() const { return required_; }
  const std::vector<CountedCharacter>& characters() const { return characters_; }
  std::string_view last_text() const { return last_text_; }  // normalized, rare characters marked
  std::uint64_t skipped() const { return skipped_; }  // texts too long, or with U+2585

 private:
  std::string_view cut_out(std::string_view text, std::string& out) const;
  void add_word(std::string_view word, std::size_t readable, std::uint64_t count);
  void choose_required();
  bool mark_rare(std::string_view text, std::string& out) const;
  void list_units();
  void list_sentences();

  SentencePieceCorpusSettings settings_;
  bool cuts_words_;  // units are words, not texts
  NormalizerChain normalizer_;
  std::vector<std::string> cut_out_[256];  // by first byte, longer ones first
  CountTable counts_;  // texts of units are in here, or in texts_
  std::string normalized_, cut_, word_;
  std::uint64_t skipped_ = 0;

  std::vector<CountedCharacter> required_, characters_;
  CharacterMap<bool> is_required_;
  std::string last_text_;
  std::deque<std::string> texts_;
  std::vector<SeedUnit> units_;
  std::vector<CountedText> sentences_;
};

// The words of a normalized text, as SentencePiece cuts them: U+2581 begins one, or with `as_suffix` ends one.
template <class Visit>
void for_each_word(std::string_view text, bool as_suffix, Visit visit) {
  constexpr std::string_view kMark = "\u2581";
  while (!text.empty()) {
    std::size_t size;
    if (as_suffix) {
      const std::size_t mark = text.find(kMark);
      size = mark == std::string_view::npos ? text.size() : mark + kMark.size();
    } else {
      size = std::min(text.find(kMark, 1), text.size());
    }
    visit(text.substr(0, size));
    text.remove_prefix(size);
  }
}

}  // namespace quern
