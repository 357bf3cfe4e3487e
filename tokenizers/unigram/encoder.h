// Unigram on one piece of text: its most probable segmentation (Kudo 2018).
//
//   const unigram::Encoder unigram(model);           // compiles the vocabulary; immutable, shared by threads
//   unigram::Encoder::Scratch scratch;               // per thread
//   unigram.encode("▁Grind▁the▁grain", scratch, ids);   // appends
//
// Two flavours, each bit for bit as its origin:
//   UnigramModel        Hugging Face 0.23: sums in double, every token of the vocabulary takes part.
//   SentencePieceModel  sentencepiece 0.2.3: sums in float over the whole sentence; control, unknown, byte and unused pieces
//                       do not take part; a user-defined piece scores a tenth for each byte but the first, more than
//                       any log probability.
// An unknown character costs ten more than the rarest piece. What it becomes: unknown_parts.h.
//
// n-best lists and samples are those of a lattice (lattice.h). Construction throws Error{format} for a model whose parts do
// not fit together. Pieces are valid UTF-8.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/rng.h"
#include "tokenizers/definition/models.h"
#include "tokenizers/model_token.h"
#include "tokenizers/unigram/best_path.h"
#include "tokenizers/unigram/word_cache.h"

namespace quern::unigram {

struct Segmentation {
  std::vector<ModelToken> tokens;
  double score = 0;  // the sum of the scores of the path's pieces
};

struct SampleOptions {
  double alpha = 0.1;     // 0: all segmentations alike; 1: by their probability
  std::size_t nbest = 0;  // how many of the best to choose from; 0: all segmentations, 1: the best
};

class Encoder {
 public:
  explicit Encoder(const UnigramModel& model);
  explicit Encoder(const SentencePieceModel& model);  // algorithm unigram
  ~Encoder();
  Encoder(Encoder&&) noexcept;

  // Of one thread and one encoder, whose words it remembers. A piece that needs more than `memory` bytes is Error{memory}.
  struct Scratch {
    static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};
    explicit Scratch(std::uint64_t memory_in = kUnlimited, std::size_t cache_bytes = std::size_t{32} << 20)
        : memory(memory_in), words(cache_bytes) {}

    std::uint64_t memory;
    WordCache words;
    BestPath<float, float> float_path;
    BestPath<float, double> mixed_path;
    BestPath<double, double> double_path;
    std::vector<Part> parts;
  };

  // Error{input} when the text has a character that is no piece and the model no unknown token (Hugging Face's flavour).
  void encode(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids) const;
  void encode(std::string_view text, Scratch& scratch, std::vector<ModelToken>& tokens) const;
  // Appends the ids of a stretch inside of a piece, if they are the same whatever stands before it; false where that is not
  // sure, or some characters are spelled by bytes. An unknown run at its front may go on from what stands before.
  bool settle(std::string_view stretch, std::vector<TokenId>& ids) const;

  // The best segmentations, best first; k ≥ 1. Like SentencePiece, one only where the search grows too large.
  std::vector<Segmentation> nbest(std::string_view text, std::size_t k) const;
  // The same draws give the same segmentation.
  Segmentation sample(std::string_view text, const SampleOptions& options, Draws& draws) const;
  // The best segmentation without the pieces of more than one character that are left out, each at each place with this
  // probability. User-defined ones stay.
  Segmentation drop(std::string_view text, double probability, Draws& draws) const;

  class Flavour;  // search.h

 private:
  std::unique_ptr<const Flavour> flavour_;
};

}  // namespace quern::unigram
