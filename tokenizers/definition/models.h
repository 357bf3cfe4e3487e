// The models: a piece of text in, tokens out.
//
// A vocabulary is a vector by id; an id that no token has holds an empty string. Token texts are as in tokenizer.json:
// byte-level vocabularies spell each byte as one printable character (tokenizers/byte_level.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tokenizers/definition/added_token.h"

namespace quern {

// --- BPE: Sennrich et al. 2016 ---------------------------------------------------------------------------------------

struct Merge {
  TokenId left, right;
  friend bool operator==(const Merge&, const Merge&) = default;
};

// How a BPE vocabulary says which pair goes first. The same vocabulary can give different ids under the two.
enum class BpeOrder {
  merges,  // a list of pairs, earlier first (Hugging Face, GPT-2 merges.txt)
  ranks,   // any two neighbours whose concatenation is a token; the token's id is its rank (tiktoken)
};

struct BpeModel {
  std::vector<std::string> vocabulary;
  BpeOrder order = BpeOrder::merges;
  std::vector<Merge> merges;             // without repetitions; empty under BpeOrder::ranks
  // Stands for a symbol that is no token. A vocabulary without it drops such symbols, as Hugging Face does.
  std::optional<std::string> unk_token;
  std::string continuing_subword_prefix;  // before every symbol of a piece but the first, as "##"
  std::string end_of_word_suffix;         // behind the last symbol of a piece, as "</w>"
  bool fuse_unk = false;                  // neighbouring unknown symbols of a piece become one unk
  bool byte_fallback = false;             // an unknown character becomes its bytes <0xNN>, where all of them are tokens
  bool ignore_merges = false;  // a piece that is a token is that token, whatever the merges say (always so under ranks)
  double dropout = 0;          // probability to pass a merge over (Provilkov et al. 2020)
  friend bool operator==(const BpeModel&, const BpeModel&) = default;
};

// --- WordPiece: Schuster & Nakajima 2012, as BERT uses it: the longest token at each place ---------------------------

struct WordPieceModel {
  std::vector<std::string> vocabulary;
  std::string unk_token = "[UNK]";  // stands for a whole piece that cannot be spelled
  std::string continuing_subword_prefix = "##";
  std::size_t max_input_chars_per_word = 100;  // a longer piece is unknown
  friend bool operator==(const WordPieceModel&, const WordPieceModel&) = default;
};

struct WordLevelModel {
  std::vector<std::string> vocabulary;
  std::string unk_token = "[UNK]";
  friend bool operator==(const WordLevelModel&, const WordLevelModel&) = default;
};

// --- Unigram: Kudo 2018, as Hugging Face computes it: in doubles, over one piece -------------------------------------

struct UnigramModel {
  std::vector<std::string> vocabulary;
  std::vector<double> scores;     // log probabilities, by id
  std::optional<TokenId> unk_id;  // runs of unknown characters become one
  bool byte_fallback = false;
  friend bool operator==(const UnigramModel&, const UnigramModel&) = default;
};

// --- SentencePiece: BPE or Unigram over a whole sentence, by its own rules (floats, ties, unused pieces) -------------

struct SentencePiece {
  std::string text;
  float score = 0;
  enum class Kind { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 } kind = Kind::normal;
  friend bool operator==(const SentencePiece&, const SentencePiece&) = default;
};
struct SentencePieceModel {
  enum class Algorithm { unigram = 1, bpe = 2, word = 3, character = 4 } algorithm = Algorithm::unigram;
  std::vector<SentencePiece> pieces;  // by id; exactly one is of kind unknown
  bool byte_fallback = false;
  std::string unk_surface = " \u2047 ";  // what an unknown piece decodes to
  std::string unk_piece = "<unk>", bos_piece = "<s>", eos_piece = "</s>", pad_piece = "<pad>";
  // What a .model says beside this, as serialized messages: written back unchanged, but for what is said above and in
  // the normalizer. The normalizer's holds no rules. Empty: the file had none, or there is no file yet.
  std::string trainer_spec, normalizer_spec, self_test_data, denormalizer_spec;
  std::string unknown_fields;  // of the whole, from later versions
  bool zero_scores = true;     // a score of 0 is spelled out for pieces that are not normal (old files leave it out)
  friend bool operator==(const SentencePieceModel&, const SentencePieceModel&) = default;
};

using Model = std::variant<BpeModel, WordPieceModel, WordLevelModel, UnigramModel, SentencePieceModel>;

}  // namespace quern
