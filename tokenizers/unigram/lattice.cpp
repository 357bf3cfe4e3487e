#include "tokenizers/unigram/lattice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

namespace quern::unigram {
namespace {

// The limits of sentencepiece 0.2.3.
constexpr std::size_t kMostOpen = 10000, kMostHypotheses = 100000, kMostEver = 500000, kFewestOpen = 512;
constexpr int kMostShrinks = 10;

double add_logarithms(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == -std::numeric_limits<double>::infinity() ? a : a + std::log1p(std::exp(b - a));
}

}  // namespace

template <class Sum>
void Lattice<Sum>::add(const Part& part, Sum score) {
  ending_[part.end].push_back(static_cast<NodeIndex>(nodes_.size()));
  nodes_.push_back({.part = part, .score = score});
}

// Fills in `best` and `previous`. Nodes are in the order of their beginnings, so what ends there is known.
template <class Sum>
void Lattice<Sum>::find_best() {
  const auto best_before = [&](std::uint32_t at, Sum score, NodeIndex& previous) {
    previous = kBeginning;
    if (at == 0) return Sum{0} + score;
    Sum best = 0;
    for (const NodeIndex left : ending_[at]) {
      const Sum sum = nodes_[left].best + score;
      if (previous == kBeginning || sum > best) best = sum, previous = left;
    }
    return best;
  };
  for (Node& node : nodes_) node.best = best_before(node.part.begin, node.score, node.previous);
  best_ = best_before(size_, 0, last_);
}

template <class Sum>
typename Lattice<Sum>::Path Lattice<Sum>::best_path() const {
  Path path;
  path.score = best_;
  for (NodeIndex node = last_; node != kBeginning; node = nodes_[node].previous) path.parts.push_back(nodes_[node].part);
  return path;
}

// A* over paths that begin somewhere and reach the end of the text.
template <class Sum>
class Lattice<Sum>::Search {
 public:
  Search(const Lattice& lattice, std::size_t k)
      : lattice_(lattice), k_(k), fewest_open_(std::min(kFewestOpen, k * 10)) {}

  // False when the search grows too large.
  bool run(std::vector<Path>& paths) {
    open({lattice_.size_, kBeginning, kNone, lattice_.best_, 0});
    while (!open_.empty()) {
      const Index top = open_.top();
      open_.pop();
      const Hypothesis hypothesis = hypotheses_[top];
      if (hypothesis.is_whole) {
        paths.push_back(path_of(hypothesis));
        if (paths.size() == k_) return true;
        continue;
      }
      expand(top, hypothesis);
      if (ever_ >= kMostEver || hypotheses_.size() >= kMostEver) return false;
      if (open_.size() >= kMostOpen || (open_.size() > fewest_open_ && hypotheses_.size() >= most_hypotheses_)) {
        if (++shrinks_ > kMostShrinks) return false;
        shrink();
      }
    }
    return true;
  }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0xFFFFFFFF;
  struct Hypothesis {
    std::uint32_t begin;  // where its leftmost node begins
    NodeIndex node;       // that node; kBeginning for the end of the text, and for what is whole
    Index next;           // what is behind that node
    Sum estimate;         // of the best path it can become
    Sum score;            // of what it has
    bool is_whole = false;
  };
  struct Worse {
    const std::vector<Hypothesis>* hypotheses;
    bool operator()(Index a, Index b) const { return (*hypotheses)[a].estimate < (*hypotheses)[b].estimate; }
  };
  using Open = std::priority_queue<Index, std::vector<Index>, Worse>;

  void open(const Hypothesis& hypothesis) {
    hypotheses_.push_back(hypothesis);
    open_.push(static_cast<Index>(hypotheses_.size() - 1));
  }

  void expand(Index top, const Hypothesis& hypothesis) {
    if (hypothesis.begin == 0) {
      ++ever_;
      open({0, kBeginning, top, hypothesis.score, hypothesis.score, true});
      return;
    }
    for (const NodeIndex left : lattice_.ending_[hypothesis.begin]) {
      const Node& node = lattice_.nodes_[left];
      ++ever_;
      open({node.part.begin, left, top, node.best + hypothesis.score, node.score + hypothesis.score});
    }
  }

  Path path_of(const Hypothesis& whole) const {
    Path path;
    path.score = whole.estimate;
    for (Index i = whole.next; hypotheses_[i].next != kNone; i = hypotheses_[i].next) {
      path.parts.push_back(lattice_.nodes_[hypotheses_[i].node].part);
    }
    std::reverse(path.parts.begin(), path.parts.end());
    return path;
  }

  // Keeps the best open hypotheses and what is behind them.
  void shrink() {
    std::vector<Index> kept, moved(hypotheses_.size(), kNone);
    for (std::size_t n = std::min(open_.size(), fewest_open_); n > 0; --n) {
      kept.push_back(open_.top());
      open_.pop();
    }
    std::vector<Hypothesis> old;
    old.swap(hypotheses_);
    Open fewer(Worse{&hypotheses_});
    for (const Index open : kept) {
      std::vector<Index> chain;
      for (Index i = open; i != kNone && moved[i] == kNone; i = old[i].next) chain.push_back(i);
      for (const Index i : chain) {
        moved[i] = static_cast<Index>(hypotheses_.size());
        hypotheses_.push_back(old[i]);
      }
      for (const Index i : chain) {
        Index& next = hypotheses_[moved[i]].next;
        if (next != kNone) next = moved[old[i].next];
      }
      fewer.push(moved[open]);
    }
    open_ = std::move(fewer);
    most_hypotheses_ = hypotheses_.size() + kMostHypotheses;
  }

  const Lattice& lattice_;
  const std::size_t k_, fewest_open_;
  std::vector<Hypothesis> hypotheses_;
  Open open_{Worse{&hypotheses_}};
  std::size_t ever_ = 1, most_hypotheses_ = kMostHypotheses;
  int shrinks_ = 0;
};

template <class Sum>
std::vector<typename Lattice<Sum>::Path> Lattice<Sum>::nbest(std::size_t k) {
  find_best();
  std::vector<Path> paths;
  if (k > 1 && Search(*this, k).run(paths)) return paths;
  paths.clear();
  paths.push_back(best_path());
  return paths;
}

template <class Sum>
typename Lattice<Sum>::Path Lattice<Sum>::sample(double alpha, const std::function<double()>& uniform) const {
  // The logarithm of the summed weights of all paths from the beginning of the text to each place.
  std::vector<double> forward(ending_.size(), -std::numeric_limits<double>::infinity());
  forward[0] = 0;
  for (const Node& node : nodes_) {
    double& sum = forward[node.part.end];
    sum = add_logarithms(sum, forward[node.part.begin] + alpha * static_cast<double>(node.score));
  }
  Path path;
  for (std::uint32_t end = size_; end > 0;) {
    double left = uniform();
    const Node* chosen = nullptr;
    for (const NodeIndex i : ending_[end]) {
      chosen = &nodes_[i];
      left -= std::exp(forward[chosen->part.begin] + alpha * static_cast<double>(chosen->score) - forward[end]);
      if (left < 0) break;
    }
    path.parts.push_back(chosen->part);
    path.score += chosen->score;
    end = chosen->part.begin;
  }
  return path;
}

template class Lattice<float>;
template class Lattice<double>;

}  // namespace quern::unigram
