// Segmentations drawn at random instead of the best one, so that a model sees a text in more than one way (subword
// regularisation).
//
//   Encoder encoder(tokenizer, {.sampling = Sampling{.dropout = 0.1, .seed = 7}});
//   encoder.number_next(record);        // draws depend on the seed and this number alone
//   encoder.encode(text, ids);
//
// dropout, for BPE (Provilkov et al. 2020): whenever a pair is about to be joined it is passed over with this probability. By
// Hugging Face's rules it comes back behind the next merge that is made, by SentencePiece's it does not. Pieces that are tokens
// are not looked up whole. For Unigram: every piece of more than one character is left out of the search with this
// probability, at each place anew; pieces that a user defined are not. 0 changes nothing, 1 gives single symbols.
// alpha, for Unigram (Kudo 2018): one of all segmentations, with probability proportional to exp(alpha × score); or of the
// `nbest` best, where that is not 0.
// Every drawn segmentation decodes to the same text. One of the two is set. Models without a choice (WordPiece, words,
// characters; BPE for alpha) are Error{usage} when the encoder is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace quern {

struct Sampling {
  double dropout = 0;
  std::optional<double> alpha = {};
  std::size_t nbest = 0;
  std::uint64_t seed = 0;

  bool draws() const { return alpha || dropout > 0; }
};

}  // namespace quern
