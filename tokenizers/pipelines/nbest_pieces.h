// The best segmentations of a text that falls into pieces: the best combinations of those of its pieces.
//
//   NbestPieces pieces(model, k);
//   encode the text with `pieces` for a model;                       // looks at each piece, gives its best segmentation
//   for (std::size_t i = 0; i < pieces.size(); ++i) {
//     pieces.choose(i);
//     encode the text again;                                         // now with the i-th combination; its score: pieces.score(i)
//   }
//
// So a pipeline need not know that there is more than one answer. Pieces must come in the same order each time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizers/pipelines/piece_model.h"

namespace quern {

class NbestPieces final : public PieceModel {
 public:
  NbestPieces(PieceModel& model, std::size_t k) : model_(model), k_(k), combinations_(1, std::vector<Combination>(1)) {}
  void encode(std::string_view piece, std::vector<ModelToken>& tokens) override;

  std::size_t size() const { return combinations_.back().size(); }
  double score(std::size_t combination) const { return combinations_.back()[combination].score; }
  // Combinations are in falling order of their scores.
  void choose(std::size_t combination);

 private:
  // The pieces up to some place: their sum, which of those before that it goes on from, and with which segmentation.
  struct Combination {
    double score = 0;
    std::uint32_t before = 0, segmentation = 0;
  };
  void extend(const std::vector<ScoredTokens>& segmentations);

  PieceModel& model_;
  const std::size_t k_;
  std::vector<std::vector<ScoredTokens>> lists_;         // of each piece
  std::vector<std::vector<Combination>> combinations_;  // before each piece, and behind the last
  std::vector<std::uint32_t> chosen_;                    // of each piece, once a combination is chosen
  std::size_t next_ = 0;                                 // piece that is asked for next, then
};

}  // namespace quern
