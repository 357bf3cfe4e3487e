// The symbols that learning begins with, and each piece as a row of them: characters, or bytes where the cutter gives bytes.
//
//   std::vector<std::string> vocabulary = {"[UNK]"};
//   const Alphabet alphabet(settings, cutter.cuts_bytes(), pieces, vocabulary);      // adds what the vocabulary lacks
//   alphabet.spell("mill", ids);                                                     // m ##i ##l ##l
//
// Ids as in Hugging Face's BPE trainer: the characters by code point, then those that carry a prefix or a suffix. For the latter
// Hugging Face takes the order of a hash table, another each time; here it is by code point too. What the vocabulary has
// already keeps its id. Characters that are left out vanish from pieces, and their neighbours come together; what is first and last
// in a piece is told before that. Immutable, shared by any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/bpe/symbol_table.h"
#include "tokenizers/definition.h"
#include "tokenizers/trainers/piece_counts.h"

namespace quern {

struct ScriptLimit {
  std::string script;  // a name of Unicode's: Han, Latin, … or its four letters
  std::size_t characters = 0;
};

// What is left out: first by coverage, then by script, then by number. The more frequent stay, of equals those that
// come first by code point (Hugging Face leaves that to chance). For bytes, characters are the spelled ones.
struct AlphabetSettings {
  std::u32string initial = {};  // characters to have, seen or not
  double coverage = 1;          // the most frequent that make up this share of the text
  std::vector<ScriptLimit> script_limits = {};
  std::size_t limit = 0;        // characters in all; 0: any number
  std::string continuing_subword_prefix = {};  // before every symbol of a piece but the first
  std::string end_of_word_suffix = {};         // behind the last
};

// Error{input} unless a piece to learn characters from is valid UTF-8: counts may come from anywhere.
void require_valid_piece(std::string_view piece);

class Alphabet {
 public:
  using Pieces = std::function<void(const PieceCounts::Visit&)>;

  // Goes through the pieces at most twice. Error{input} for pieces that must be and are not valid UTF-8, Error{usage} for a
  // script that does not exist.
  Alphabet(const AlphabetSettings& settings, bool of_bytes, const Pieces& pieces, std::vector<std::string>& vocabulary);

  void spell(std::string_view piece, std::vector<TokenId>& ids) const;
  const std::vector<TokenId>& ids() const { return ids_; }  // of all symbols, ascending
  const std::vector<std::string>& left_out() const { return left_out_; }  // characters that were seen, by code point

 private:
  enum : unsigned { kPlain = 0, kContinuing = 1, kLast = 2, kKinds = 4 };
  unsigned kind_of(bool is_first, bool is_last) const {
    return (!is_first && has_prefix_ ? kContinuing : kPlain) | (is_last && has_suffix_ ? kLast : kPlain);
  }
  template <class Take>  // take(char32_t character or byte, unsigned kind)
  void for_each_symbol(std::string_view piece, Take take) const;

  bool of_bytes_, has_prefix_, has_suffix_;
  bpe::SymbolTable tables_[kKinds];  // by character or byte
  std::vector<TokenId> ids_;
  std::vector<std::string> left_out_;
};

}  // namespace quern
