#include "tokenizers/trainers/unigram_learner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/threads.h"

namespace quern {
namespace {

// Hugging Face's rules go with double, SentencePiece's with float.
template <class Real>
constexpr bool kHuggingFace = std::is_same_v<Real, double>;

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

template <class Real>
UnigramLearner<Real>::UnigramLearner(std::vector<ScoredText<Real>> pieces, std::vector<CountedText> sentences,
                                     const LearnerSettings<Real>& settings, int threads)
    : sentences_(std::move(sentences)), settings_(settings), threads_(threads), trie_({}) {
  for (std::size_t begin = 0; begin < sentences_.size();) {
    std::size_t end = begin, bytes = 0;
    while (end < sentences_.size() && bytes < kChunkBytes) bytes += sentences_[end++].text.size();
    chunks_.push_back({begin, end});
    begin = end;
  }
  for (const CountedText& sentence : sentences_) sentence_total_ += sentence.count;
  build_trie(std::move(pieces));
}

template <class Real>
typename UnigramLearner<Real>::Node UnigramLearner<Real>::unknown_node() const {
  return kHuggingFace<Real> ? Trie::kDead : order_.front();
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

// Sentences are in the order of their counts, their texts anywhere.
template <class Real>
void UnigramLearner<Real>::prefetch_text(std::size_t sentence) const {
  if (sentence >= sentences_.size()) return;
  const std::string_view text = sentences_[sentence].text;
  for (std::size_t at = 0; at < text.size(); at += 64) __builtin_prefetch(text.data() + at);
}

// work(worker, sentence, shares) for all sentences; the amounts summed by node, in order.
template <class Real>
template <class Work>
std::vector<Real> UnigramLearner<Real>::sum_over_sentences(const Work& work) {
  std::vector<Real> sums(trie_.nodes(), 0);
  std::vector<Segmenter> workers(static_cast<std::size_t>(threads_), Segmenter(model()));
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
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
          prefetch_text(i + 2);
          work(workers[static_cast<std::size_t>(worker)], sentences_[i], shares);
        }
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
      [](Segmenter& worker, const CountedText& sentence, Shares& shares) { worker.add_expectations(sentence, shares); });
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
  // Hugging Face takes the number of all pieces (its unknown token is one) for that of the alternative's.
  const std::size_t parts = kHuggingFace<Real> ? order_.size() + 1 : alternative.size();
  const Real new_sum = sum + count * static_cast<Real>(parts - 1);
  const auto log_new_sum = static_cast<Real>(std::log(static_cast<double>(new_sum)));
  Real other = 0;
  for (const Node node : alternative) {
    other = static_cast<Real>(static_cast<double>(other) + (std::log(static_cast<double>(counts[node] + count)) -
                                                            static_cast<double>(log_new_sum)));
  }
  return count / (kHuggingFace<Real> ? static_cast<Real>(sentence_total_) : sum) * (own - other);
}

template <class Real>
void UnigramLearner<Real>::prune() {
  const std::vector<Real> counts = sum_over_sentences(
      [](Segmenter& worker, const CountedText& sentence, Shares& shares) { worker.add_best_path(sentence, shares); });
  std::vector<Alternative> alternatives(order_.size());
  constexpr std::size_t kPieces = 1024;
  parallel_for(threads_, (order_.size() + kPieces - 1) / kPieces, [&](std::size_t job) {
    Segmenter worker(model());
    for (std::size_t i = job * kPieces; i < std::min(order_.size(), (job + 1) * kPieces); ++i) {
      if (kHuggingFace<Real> || counts[order_[i]] != 0) alternatives[i] = worker.alternative(texts_[trie_.piece(order_[i]).id], order_[i]);
    }
  });
  double total = kHuggingFace<Real> ? static_cast<double>(counts[unknown_node()]) : 0;
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
    const bool is_used = counts[order_[i]] != 0;
    if (kHuggingFace<Real> ? !is_used && !alternatives[i].keep : !is_used || !alternatives[i].keep) continue;
    if (alternatives[i].nodes.empty() || !alternatives[i].keep) {
      order.push_back(order_[i]);
    } else if (is_used) {
      candidates.push_back({i, loss(order_[i], alternatives[i].nodes, counts, sum, log_sum)});
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.loss != b.loss ? a.loss > b.loss : a.place < b.place;
  });
  // Hugging Face's unknown token is one of the pieces.
  constexpr std::size_t kMore = kHuggingFace<Real> ? 1 : 0;
  const auto shrunk = settings_.shrinking_factor * static_cast<Real>(order_.size() + kMore);
  const std::size_t most = std::max(settings_.desired_size, static_cast<std::size_t>(shrunk)) - kMore;
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
    if (kHuggingFace<Real> && size() + 1 <= settings_.desired_size) return;
    prune();
    if (progress) progress(first_size - std::min(first_size, size()), first_size - std::min(first_size, settings_.desired_size));
    if (!kHuggingFace<Real> && size() <= settings_.desired_size) return;
  }
}

template <class Real>
void UnigramLearner<Real>::drop_unreachable() {
  Segmenter worker(model());
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
