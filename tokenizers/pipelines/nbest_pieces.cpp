#include "tokenizers/pipelines/nbest_pieces.h"

#include <algorithm>
#include <queue>

namespace quern {

void NbestPieces::encode(std::string_view piece, std::vector<ModelToken>& tokens) {
  std::size_t segmentation = 0, index = lists_.size();
  if (chosen_.empty()) {
    lists_.push_back(model_.nbest(piece, k_));
    extend(lists_.back());
  } else {
    index = next_++;
    segmentation = chosen_[index];
  }
  const std::vector<ModelToken>& chosen = lists_[index][segmentation].tokens;
  tokens.insert(tokens.end(), chosen.begin(), chosen.end());
}

// Both lists fall, so that the best sum not yet taken is at the front of one of the rows "a combination, and each segmentation".
void NbestPieces::extend(const std::vector<ScoredTokens>& segmentations) {
  const std::vector<Combination>& before = combinations_.back();
  const auto comes_later = [](const Combination& a, const Combination& b) {
    if (a.score != b.score) return a.score < b.score;
    return a.before != b.before ? a.before > b.before : a.segmentation > b.segmentation;
  };
  std::priority_queue<Combination, std::vector<Combination>, decltype(comes_later)> fronts(comes_later);
  const auto push = [&](std::uint32_t row, std::uint32_t segmentation) {
    if (segmentation == segmentations.size()) return;
    fronts.push({before[row].score + segmentations[segmentation].score, row, segmentation});
  };
  for (std::uint32_t row = 0; row < before.size(); ++row) push(row, 0);
  std::vector<Combination> best;
  while (!fronts.empty() && best.size() < k_) {
    best.push_back(fronts.top());
    fronts.pop();
    push(best.back().before, best.back().segmentation + 1);
  }
  combinations_.push_back(std::move(best));
}

void NbestPieces::choose(std::size_t combination) {
  chosen_.resize(lists_.size());
  for (std::size_t piece = lists_.size(); piece-- > 0;) {
    const Combination& here = combinations_[piece + 1][combination];
    chosen_[piece] = here.segmentation;
    combination = here.before;
  }
  next_ = 0;
}

}  // namespace quern
