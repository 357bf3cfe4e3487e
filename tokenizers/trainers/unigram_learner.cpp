#include "tokenizers/trainers/unigram_learner.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/threads.h"
#include "tokenizers/trainers/log_sum.h"
#include "tokenizers/unigram/lattice.h"

namespace quern {
namespace {

using unigram::character_size;

constexpr std::size_t kChunkBytes = std::size_t{1} << 15;

double digamma(double x) {
  double result = 0;
  for (; x < 7; ++x) result -= 1 / x;
  x -= 1.0 / 2.0;
  const double xx = 1 / x, xx2 = xx * xx, xx4 = xx2 * xx2;
  return result + (std::log(x) + (1.0 / 24.0) * xx2 - (7.0 / 960.0) * xx4 + (31.0 / 8064.0) * xx4 * xx2 -
                   (127.0 / 30720.0) * xx4 * xx4);
}

}  // namespace

// One thread's work on sentences and pieces.
template <class Real>
class UnigramLearner<Real>::Worker {
 public:
  explicit Worker(const UnigramLearner& learner) : learner_(learner), trie_(learner.trie_) {}

  // The expected count of each piece in a sentence, node by node.
  void add_expectations(const CountedText& sentence, Shares& shares) {
    list_nodes(sentence.text);
    const std::size_t end = sentence.text.size();
    forward_.resize(end + 1);
    backward_.resize(end + 1);
    reached_.assign(end + 1, 0);
    forward_[0] = 0;
    for (const Arc& arc : arcs_) {
      const Real score = arc.score + forward_[arc.begin];
      Real& sum = forward_[arc.end];
      sum = reached_[arc.end] ? log_sum(sum, score) : score;
      reached_[arc.end] = 1;
    }
    backward_[end] = 0;
    for (std::size_t i = arcs_.size(); i > 0;) {
      const std::size_t last = i;
      while (i > 0 && arcs_[i - 1].begin == arcs_[last - 1].begin) --i;
      Real sum = 0;
      for (std::size_t j = i; j < last; ++j) {
        const Real score = arcs_[j].score + backward_[arcs_[j].end];
        sum = j == i ? score : log_sum(sum, score);
      }
      backward_[arcs_[i].begin] = sum;
    }
    const auto count = static_cast<Real>(sentence.count);
    for (const Arc& arc : arcs_) {
      const Real share = forward_[arc.begin] + arc.score + backward_[arc.end] - forward_[end];
      shares.nodes.push_back(arc.node);
      shares.amounts.push_back(static_cast<double>(count) * std::exp(static_cast<double>(share)));
    }
  }

  // The pieces of the best path, last first, as often as the sentence.
  void add_best_path(const CountedText& sentence, Shares& shares) {
    find_best(sentence.text, 0);
    Real after = 0;  // the score of the node behind
    for (std::size_t end = sentence.text.size(); end > 0;) {
      const Cell& cell = cells_[end];
      Choice choice = {cell.node, cell.begin, cell.score};
      if (cell.is_close) choice = choose(sentence.text, end, after);
      shares.nodes.push_back(choice.node);
      shares.amounts.push_back(static_cast<double>(static_cast<Real>(sentence.count)));
      after = choice.score;
      end = choice.begin;
    }
  }

  // What would stand for a piece without it.
  Alternative alternative(std::string_view text, Node piece) {
    constexpr Real kFar = static_cast<Real>(0.01);  // farther apart than the order of additions can matter
    find_best(text, piece);
    const Cell& whole = cells_[text.size()];
    if (whole.node == Trie::kDead) return {};  // no other segmentation
    const Real own = trie_.score(piece), distance = whole.best - own;
    bool is_clear = std::abs(distance) > kFar;
    Alternative found;
    found.keep = distance < 0;
    for (std::size_t end = text.size(); end > 0 && is_clear; end = cells_[end].begin) {
      is_clear = cells_[end].best - cells_[end].second > kFar;
      found.nodes.push_back(cells_[end].node);
    }
    if (!is_clear) return exact_alternative(text);
    std::reverse(found.nodes.begin(), found.nodes.end());
    return found;
  }

  // The score of the best segmentation without the piece itself.
  Real best_without(std::string_view text, Node piece) {
    find_best(text, piece);
    return cells_[text.size()].best;
  }

 private:
  struct Arc {
    std::uint32_t begin, end;
    Node node;
    Real score;
  };
  struct Cell {
    Real best, second;  // scores of paths that end here
    Node node;          // the last piece of the best
    Real score;         // of that piece
    std::uint32_t begin;
    bool is_close;      // another path is as good, or too nearly so for floats
  };
  struct Choice {
    Node node;
    std::uint32_t begin;
    Real score;
  };

  static constexpr Real kNone = -std::numeric_limits<Real>::infinity();

  // visit(end, node, score) for all pieces that begin at a place, in the order of SentencePiece's lattice.
  template <class Visit>
  void for_each_piece(std::string_view text, std::size_t at, std::size_t size, Visit visit) const {
    const char *begin = text.data(), *p = begin + at, *end = begin + text.size();
    Node node = trie_.first_character(p, size);
    const bool known = trie_.is_piece(node);
    if (known) visit(at + size, node, trie_.score(node));
    if (node != Trie::kDead) {
      for (const char* q = p + size; q < end && trie_.step(node, *q);) {
        ++q;
        if (trie_.is_piece(node)) visit(static_cast<std::size_t>(q - begin), node, trie_.score(node));
      }
    }
    if (!known) visit(at + size, learner_.unknown_node(), learner_.unknown_score());
  }

  void list_nodes(std::string_view text) {
    arcs_.clear();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = character_size(text.data() + at, text.data() + text.size());
      for_each_piece(text, at, size, [&](std::size_t end, Node node, Real score) {
        arcs_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end), node, score});
      });
      at += size;
    }
  }

  // Fills cells_, as if `without`, which is the whole text, were no piece.
  void find_best(std::string_view text, Node without) {
    cells_.assign(text.size() + 1, {kNone, kNone, Trie::kDead, 0, 0, false});
    cells_[0].best = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = character_size(text.data() + at, text.data() + text.size());
      const Real before = cells_[at].best;
      for_each_piece(text, at, size, [&](std::size_t end, Node node, Real score) {
        if (node == without && at == 0 && end == text.size()) return;
        Cell& cell = cells_[end];
        const Real sum = before + score;
        if (cell.node == Trie::kDead || sum > cell.best) {
          cell = {sum, cell.best, node, score, static_cast<std::uint32_t>(at), false};
        } else if (sum > cell.second) {
          cell.second = sum;
        }
      });
      at += size;
      // Several pieces that end here may still give one sum once another score is added.
      Cell& cell = cells_[at];
      cell.is_close = cell.best - cell.second <= std::abs(cell.best) * 4 * std::numeric_limits<Real>::epsilon() +
                                                     static_cast<Real>(1e-4);
    }
  }

  // SentencePiece takes the first of the pieces that end here whose sum with what stands behind, rounded, is greatest.
  Choice choose(std::string_view text, std::size_t end, Real after) const {
    Choice best = {Trie::kDead, 0, 0};
    Real best_sum = 0;
    std::size_t from = end;
    const std::size_t longest = learner_.longest_;
    for (std::size_t at = end; at > 0 && end - at < longest;) {
      --at;
      if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) from = at;
    }
    for (std::size_t at = from; at < end;) {
      const std::size_t size = character_size(text.data() + at, text.data() + text.size());
      for_each_piece(text, at, size, [&](std::size_t piece_end, Node node, Real score) {
        if (piece_end != end) return;
        const Real sum = (cells_[at].best + score) + after;
        if (best.node != Trie::kDead && !(sum > best_sum)) return;
        best = {node, static_cast<std::uint32_t>(at), score};
        best_sum = sum;
      });
      at += size;
    }
    return best;
  }

  Alternative exact_alternative(std::string_view text) {
    unigram::Lattice<Real> lattice(text.size());
    list_nodes(text);
    for (const Arc& arc : arcs_) lattice.add({arc.begin, arc.end, arc.node}, arc.score);
    const auto best = lattice.nbest(2);
    Alternative found;
    if (best.size() == 1) return found;
    found.keep = best[0].parts.size() == 1;
    for (std::size_t i = best[1].parts.size(); i-- > 0;) found.nodes.push_back(best[1].parts[i].id);
    return found;
  }

  const UnigramLearner& learner_;
  const Trie& trie_;
  std::vector<Arc> arcs_;
  std::vector<Real> forward_, backward_;
  std::vector<char> reached_;
  std::vector<Cell> cells_;
};

template <class Real>
UnigramLearner<Real>::UnigramLearner(std::vector<ScoredText<Real>> pieces, std::vector<CountedText> sentences,
                                     const LearnerSettings& settings, int threads)
    : sentences_(std::move(sentences)), settings_(settings), threads_(threads), trie_({}) {
  for (std::size_t begin = 0; begin < sentences_.size();) {
    std::size_t end = begin, bytes = 0;
    while (end < sentences_.size() && bytes < kChunkBytes) bytes += sentences_[end++].text.size();
    chunks_.push_back({begin, end});
    begin = end;
  }
  build_trie(std::move(pieces));
}

// Anew, of the pieces that are left: removed ones make walks longer than they need be.
template <class Real>
void UnigramLearner<Real>::build_trie(std::vector<ScoredText<Real>> pieces) {
  texts_.clear();
  longest_ = 4;
  least_ = std::numeric_limits<Real>::max();
  for (ScoredText<Real>& piece : pieces) {
    texts_.push_back(std::move(piece.text));
    longest_ = std::max(longest_, texts_.back().size());
    least_ = std::min(least_, piece.score);
  }
  std::vector<unigram::ScoredPiece<Real>> scored;
  scored.reserve(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) scored.push_back({texts_[i], static_cast<TokenId>(i), pieces[i].score});
  trie_ = Trie(std::move(scored));
  order_.clear();
  for (const std::string& text : texts_) order_.push_back(trie_.find(text));
}

template <class Real>
std::vector<ScoredText<Real>> UnigramLearner<Real>::pieces() const {
  std::vector<ScoredText<Real>> pieces;
  for (const Node node : order_) pieces.push_back({texts_[trie_.piece(node).id], trie_.score(node)});
  return pieces;
}

// work(worker, sentence, shares) for all sentences; the amounts summed by node, in order.
template <class Real>
template <class Work>
std::vector<Real> UnigramLearner<Real>::sum_over_sentences(const Work& work) {
  std::vector<Real> sums(trie_.nodes(), 0);
  std::vector<Worker> workers(static_cast<std::size_t>(threads_), Worker(*this));
  std::size_t next = 0;
  ordered_for_each<Chunk, Shares>(
      threads_,
      [&](Chunk& chunk) {
        if (next == chunks_.size()) return false;
        chunk = chunks_[next++];
        return true;
      },
      [&](const Chunk& chunk, int worker) {
        Shares shares;
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) work(workers[static_cast<std::size_t>(worker)], sentences_[i], shares);
        return shares;
      },
      [&](const Shares& shares) {
        for (std::size_t i = 0; i < shares.nodes.size(); ++i) {
          Real& sum = sums[shares.nodes[i]];
          sum = static_cast<Real>(static_cast<double>(sum) + shares.amounts[i]);
        }
      });
  return sums;
}

// The pieces that stay, in order; all others are none from now on.
template <class Real>
void UnigramLearner<Real>::keep(const std::vector<Node>& order, const std::vector<Real>& scores) {
  for (const Node node : order_) trie_.set_score(node, Trie::kNoPiece);
  least_ = std::numeric_limits<Real>::max();
  for (std::size_t i = 0; i < order.size(); ++i) {
    trie_.set_score(order[i], scores[i]);
    least_ = std::min(least_, scores[i]);
  }
  order_ = order;
  if (order_.size() * 2 < texts_.size()) build_trie(pieces());
}

template <class Real>
void UnigramLearner<Real>::expect_and_maximise() {
  const std::vector<Real> expected = sum_over_sentences(
      [](Worker& worker, const CountedText& sentence, Shares& shares) { worker.add_expectations(sentence, shares); });
  constexpr Real kLeast = static_cast<Real>(0.5);
  std::vector<Node> order;
  Real sum = 0;
  for (const Node node : order_) {
    if (expected[node] < kLeast) continue;
    order.push_back(node);
    sum += expected[node];
  }
  // The Bayesian variant of the step, with a sparse prior (Liang and Klein 2007).
  const auto log_sum = static_cast<Real>(digamma(static_cast<double>(sum)));
  std::vector<Real> scores;
  for (const Node node : order) {
    scores.push_back(static_cast<Real>(digamma(static_cast<double>(expected[node])) - static_cast<double>(log_sum)));
  }
  keep(order, scores);
}

// How much likelihood is lost when `alternative` takes the place of a piece.
template <class Real>
Real UnigramLearner<Real>::loss(Node piece, const std::vector<Node>& alternative, const std::vector<Real>& counts, Real sum,
                                Real log_sum) const {
  const Real count = counts[piece];
  const auto own = static_cast<Real>(std::log(static_cast<double>(count)) - static_cast<double>(log_sum));
  const Real new_sum = sum + count * static_cast<Real>(alternative.size() - 1);
  const auto log_new_sum = static_cast<Real>(std::log(static_cast<double>(new_sum)));
  Real other = 0;
  for (const Node node : alternative) {
    other = static_cast<Real>(static_cast<double>(other) + (std::log(static_cast<double>(counts[node] + count)) -
                                                            static_cast<double>(log_new_sum)));
  }
  return count / sum * (own - other);
}

template <class Real>
void UnigramLearner<Real>::prune() {
  const std::vector<Real> counts = sum_over_sentences(
      [](Worker& worker, const CountedText& sentence, Shares& shares) { worker.add_best_path(sentence, shares); });
  std::vector<Alternative> alternatives(order_.size());
  constexpr std::size_t kPieces = 1024;
  parallel_for(threads_, (order_.size() + kPieces - 1) / kPieces, [&](std::size_t job) {
    Worker worker(*this);
    for (std::size_t i = job * kPieces; i < std::min(order_.size(), (job + 1) * kPieces); ++i) {
      if (counts[order_[i]] != 0) alternatives[i] = worker.alternative(texts_[trie_.piece(order_[i]).id], order_[i]);
    }
  });
  double total = 0;
  for (const Node node : order_) total += static_cast<double>(counts[node]);
  const auto sum = static_cast<Real>(total);
  const auto log_sum = static_cast<Real>(std::log(static_cast<double>(sum)));

  struct Candidate {
    std::size_t place;
    Real loss;
  };
  std::vector<Candidate> candidates;
  std::vector<Node> order;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (counts[order_[i]] == 0 || !alternatives[i].keep) continue;
    if (alternatives[i].nodes.empty()) {
      order.push_back(order_[i]);
    } else {
      candidates.push_back({i, loss(order_[i], alternatives[i].nodes, counts, sum, log_sum)});
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.loss != b.loss ? a.loss > b.loss : a.place < b.place;
  });
  const std::size_t most = std::max(settings_.desired_size,
                                    static_cast<std::size_t>(settings_.shrinking_factor * static_cast<float>(order_.size())));
  for (const Candidate& candidate : candidates) {
    if (order.size() == most) break;
    order.push_back(order_[candidate.place]);
  }
  std::vector<Real> scores;
  for (const Node node : order) scores.push_back(trie_.score(node));
  keep(order, scores);
}

template <class Real>
void UnigramLearner<Real>::run(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const std::size_t first_size = size();
  while (true) {
    for (int i = 0; i < settings_.sub_iterations; ++i) expect_and_maximise();
    prune();
    if (progress) progress(first_size - std::min(first_size, size()), first_size - std::min(first_size, settings_.desired_size));
    if (size() <= settings_.desired_size) return;
  }
}

template <class Real>
void UnigramLearner<Real>::drop_unreachable() {
  Worker worker(*this);
  std::vector<Node> order;
  std::vector<Real> scores;
  for (const Node node : order_) {
    const Real score = trie_.score(node);
    if (worker.best_without(texts_[trie_.piece(node).id], node) > score) continue;
    order.push_back(node);
    scores.push_back(score);
  }
  keep(order, scores);
}

template class UnigramLearner<float>;
template class UnigramLearner<double>;

}  // namespace quern
