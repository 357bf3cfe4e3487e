// All segmentations of a text at once, for what the best one alone does not tell: n-best lists and samples.
//
//   Lattice<float> lattice(text);                          // adds no nodes
//   lattice.add({.begin = 0, .end = 3, .id = 7}, -2.5f);   // in order of begin, then of end
//   for (const auto& path : lattice.nbest(5)) …
//
// The order among equals is that of sentencepiece 0.2.3 (Lattice::NBest): A* from the end of the text, with the scores of
// the best paths to each node as the estimate, a binary heap of hypotheses, and the limits at which it gives up.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tokenizers/unigram/best_path.h"

namespace quern::unigram {

template <class Sum>
class Lattice {
 public:
  explicit Lattice(std::size_t text_size) : ending_(text_size + 1), size_(static_cast<std::uint32_t>(text_size)) {}

  // Every position a part begins at, but 0, must be the end of an earlier one.
  void add(const Part& part, Sum score);

  struct Path {
    std::vector<Part> parts;  // last first, as BestPath gives them
    Sum score = 0;
  };
  // At most k, best first. The best alone when the search grows too large.
  std::vector<Path> nbest(std::size_t k);
  // One path with probability proportional to exp(alpha × score): forward filtering, backward sampling. uniform() gives
  // numbers in [0, 1).
  Path sample(double alpha, const std::function<double()>& uniform) const;

 private:
  using NodeIndex = std::uint32_t;
  static constexpr NodeIndex kBeginning = 0xFFFFFFFF;
  struct Node {
    Part part;
    Sum score = 0;
    Sum best = 0;  // of the paths that end with this node
    NodeIndex previous = kBeginning;
  };
  class Search;

  void find_best();
  Path best_path() const;

  std::vector<Node> nodes_;                      // by begin
  std::vector<std::vector<NodeIndex>> ending_;  // by end
  std::uint32_t size_;
  Sum best_ = 0;
  NodeIndex last_ = kBeginning;
};

extern template class Lattice<float>;
extern template class Lattice<double>;

}  // namespace quern::unigram
