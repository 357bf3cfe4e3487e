// Learns the probabilities of pieces from counted texts, and which pieces are worth keeping: the EM of Kudo 2018.
//
//   UnigramLearner<float> learner(std::move(pieces), sentences, {.desired_size = 8800}, threads);
//   learner.run(progress);
//   for (const ScoredText& piece : learner.pieces()) …
//
// Rounds of two steps, expectation and maximisation, then of pruning: pieces no best path uses go, then those whose loss to
// the likelihood, were their next best segmentation to take their place, is least.
//
// float: the arithmetic of sentencepiece 0.2.3 with one thread, addition by addition, and its quirk that unknown characters
// count for the first piece. double: that of Hugging Face. Threads compute what each sentence adds; the additions are done in
// the order of the sentences, so the result is the same for any number of threads.
//
// Of SentencePiece's lattice (unigram_model.cc) nothing is built: what leads to a node depends on its place alone, so one
// forward and one backward sum for each character give every node's share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/unigram/piece_trie.h"

namespace quern {

struct CountedText {
  std::string_view text;
  std::uint64_t count = 0;
};

template <class Real>
struct ScoredText {
  std::string text;
  Real score = 0;  // log probability
};

struct LearnerSettings {
  std::size_t desired_size = 8800;
  int sub_iterations = 2;
  float shrinking_factor = 0.75f;
};

template <class Real>
class UnigramLearner {
 public:
  using Trie = unigram::PieceTrie<Real>;
  using Node = typename Trie::Node;

  // sentences: in the order in which they are summed; their texts must outlive the learner.
  UnigramLearner(std::vector<ScoredText<Real>> pieces, std::vector<CountedText> sentences, const LearnerSettings& settings,
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
  struct Shares {  // what the sentences of a chunk add, in order
    std::vector<Node> nodes;
    std::vector<double> amounts;
  };
  class Worker;
  friend class Worker;

  struct Alternative {
    bool keep = true;           // false: its best segmentation is not itself
    std::vector<Node> nodes;    // of the next best one; empty: there is none
  };

  void build_trie(std::vector<ScoredText<Real>> pieces);
  template <class Work>
  std::vector<Real> sum_over_sentences(const Work& work);
  void expect_and_maximise();
  void prune();
  Real loss(Node piece, const std::vector<Node>& alternative, const std::vector<Real>& counts, Real sum, Real log_sum) const;
  void keep(const std::vector<Node>& order, const std::vector<Real>& scores);
  Node unknown_node() const { return order_.front(); }
  Real unknown_score() const { return least_ - 10; }

  std::vector<CountedText> sentences_;
  LearnerSettings settings_;
  int threads_;
  std::vector<Chunk> chunks_;

  std::vector<std::string> texts_;  // as the trie was built: by PieceTrie::Piece::id
  Trie trie_;
  std::vector<Node> order_;         // the pieces that are left
  Real least_ = 0;
  std::size_t longest_ = 4;         // bytes of a piece, or of an unknown character
};

extern template class UnigramLearner<float>;
extern template class UnigramLearner<double>;

}  // namespace quern
