// Learns the probabilities of pieces from counted texts, and which pieces are worth keeping: the EM of Kudo 2018.
//
//   UnigramLearner<float> learner(std::move(pieces), sentences, {.desired_size = 8800}, threads);
//   learner.run(progress);
//   for (const ScoredText& piece : learner.pieces()) …
//
// Rounds of two steps, expectation and maximisation, then of pruning: pieces no best path uses go, then those whose loss to
// the likelihood, were their next best segmentation to take their place, is least.
//
// float: the rules and the arithmetic of sentencepiece 0.2.3 with one thread, addition by addition, and its quirk that unknown
// characters count for the first piece. double: those of Hugging Face, where an unknown token that is not among the pieces counts as
// one, pieces with a better segmentation stay while they are used, the loss is reckoned with a sum too large (loss()), and the last round
// ends before pruning.
//
// Threads compute what each sentence adds; the additions are done in the order of the sentences, so the result is the same
// for any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/trainers/unigram_segmenter.h"

namespace quern {

template <class Real>
struct ScoredText {
  std::string text;
  Real score = 0;  // log probability
};

template <class Real>
struct LearnerSettings {
  std::size_t desired_size = 8800;
  int sub_iterations = 2;
  Real shrinking_factor = static_cast<Real>(0.75);
};

template <class Real>
class UnigramLearner {
 public:
  using Trie = unigram::PieceTrie<Real>;
  using Node = typename Trie::Node;

  // sentences: in the order in which they are summed; their texts must outlive the learner.
  UnigramLearner(std::vector<ScoredText<Real>> pieces, std::vector<CountedText> sentences, const LearnerSettings<Real>& settings,
                 int threads);

  void run(const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  // Drops pieces that no text can make a part of its best path: a segmentation of theirs is better.
  void drop_unreachable();

  std::vector<ScoredText<Real>> pieces() const;  // in the order that rounds left them in
  std::size_t size() const { return order_.size(); }
  Real least_score() const { return least_; }

 private:
  struct Chunk {
    std::size_t begin, end;  // sentences
  };
  using Segmenter = UnigramSegmenter<Real>;
  using Shares = typename Segmenter::Shares;
  using Alternative = typename Segmenter::Alternative;

  void prefetch_text(std::size_t sentence) const;
  void build_trie(std::vector<ScoredText<Real>> pieces);
  template <class Work>
  std::vector<Real> sum_over_sentences(const Work& work);
  void expect_and_maximise();
  void prune();
  Real loss(Node piece, const std::vector<Node>& alternative, const std::vector<Real>& counts, Real sum, Real log_sum) const;
  void keep(const std::vector<Node>& order, const std::vector<Real>& scores);
  Node unknown_node() const;
  typename Segmenter::Model model() const { return {&trie_, unknown_node(), least_ - 10, longest_}; }

  std::vector<CountedText> sentences_;
  LearnerSettings<Real> settings_;
  int threads_;
  std::vector<Chunk> chunks_;
  std::uint64_t sentence_total_ = 0;

  std::vector<std::string> texts_;  // as the trie was built: by PieceTrie::Piece::id
  Trie trie_;
  std::vector<Node> order_;         // the pieces that are left
  Real least_ = 0;
  std::size_t longest_ = 4;         // bytes of a piece, or of an unknown character
};

extern template class UnigramLearner<float>;
extern template class UnigramLearner<double>;

}  // namespace quern
