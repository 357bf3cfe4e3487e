#include "tokenizers/trainers/unigram_learner.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <map>

#include "tests/tokenizers/unigram/naive_unigram.h"
#include "tokenizers/trainers/log_sum.h"
#include "tokenizers/unigram/lattice.h"

namespace quern {
namespace {

using Pieces = std::vector<ScoredText<float>>;

double digamma(double x) { return x < 7 ? digamma(x + 1) - 1 / x : std::log(x - 0.5) + 1 / (24 * (x - 0.5) * (x - 0.5)); }

// SentencePiece's steps over lattices with all their nodes, one sentence after the other, one piece after the other.
class NaiveLearner {
 public:
  NaiveLearner(Pieces pieces, std::vector<CountedText> sentences) : pieces_(std::move(pieces)), sentences_(std::move(sentences)) {}

  std::vector<float> expectations() const {
    std::vector<float> expected(pieces_.size(), 0);
    for (const CountedText& sentence : sentences_) {
      const auto nodes = nodes_of(sentence.text);
      const std::size_t end = sentence.text.size();
      std::vector<float> alpha(nodes.size() + 1, 0), beta(nodes.size(), 0);  // alpha's last: of the end
      for (std::size_t r = 0; r <= nodes.size(); ++r) {
        const std::size_t begin = r < nodes.size() ? nodes[r].begin : end;
        bool first = true;
        for (std::size_t l = 0; l < nodes.size(); ++l) {
          if (nodes[l].end != begin) continue;
          const float score = nodes[l].score + alpha[l];
          alpha[r] = first ? score : log_add(alpha[r], score);
          first = false;
        }
      }
      for (std::size_t l = nodes.size(); l-- > 0;) {
        bool first = true;
        for (std::size_t r = 0; r < nodes.size(); ++r) {
          if (nodes[r].begin != nodes[l].end) continue;
          const float score = nodes[r].score + beta[r];
          beta[l] = first ? score : log_add(beta[l], score);
          first = false;
        }
      }
      const auto count = static_cast<float>(sentence.count);
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        const float share = alpha[i] + nodes[i].score + beta[i] - alpha.back();
        expected[nodes[i].piece] = static_cast<float>(expected[nodes[i].piece] + count * std::exp(static_cast<double>(share)));
      }
    }
    return expected;
  }

  // Keeps what the step of maximisation keeps, with the numbers in place of the scores.
  Pieces expected_pieces() const {
    const auto expected = expectations();
    Pieces kept;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (expected[i] >= 0.5f) kept.push_back({pieces_[i].text, expected[i]});
    }
    return kept;
  }

  std::vector<float> best_path_counts() const {
    std::vector<float> counts(pieces_.size(), 0);
    for (const CountedText& sentence : sentences_) {
      unigram::Lattice<float> lattice(sentence.text.size());
      for (const auto& node : nodes_of(sentence.text)) lattice.add({node.begin, node.end, node.piece}, node.score);
      const auto best = lattice.nbest(1);
      for (const auto& part : best.front().parts) counts[part.id] += static_cast<float>(sentence.count);
    }
    return counts;
  }

  const Pieces& pieces() const { return pieces_; }

 private:
  struct Node {
    std::uint32_t begin, end, piece;
    float score;
  };

  static float log_add(float a, float b) { return LogSumTable::exact(std::min(a, b), std::max(a, b)); }

  std::vector<Node> nodes_of(std::string_view text) const {
    float least = pieces_[0].score;
    for (const auto& piece : pieces_) least = std::min(least, piece.score);
    std::vector<Node> nodes;
    for (std::uint32_t begin = 0; begin < text.size();) {
      std::uint32_t next = begin + 1;
      while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
      bool known = false;
      for (std::uint32_t end = next; end <= text.size(); ++end) {
        for (std::uint32_t i = 0; i < pieces_.size(); ++i) {
          if (pieces_[i].text != text.substr(begin, end - begin)) continue;
          nodes.push_back({begin, end, i, pieces_[i].score});
          known = known || end == next;
        }
      }
      if (!known) nodes.push_back({begin, next, 0, least - 10});
      begin = next;
    }
    return nodes;
  }

  Pieces pieces_;
  std::vector<CountedText> sentences_;
};

struct Example {
  std::deque<std::string> texts;
  std::vector<CountedText> sentences;
  Pieces pieces;
};

Example generate(unsigned seed) {
  test::GeneratedPieces random(seed);
  Example example;
  for (int i = 0; i < 60; ++i) {
    example.sentences.push_back({example.texts.emplace_back(random.text(1 + random.below(12))), 1 + random.below(9)});
  }
  std::map<std::string, float> scores = random.pieces(60);
  for (const char* common : {"a", "b", "c", "\u2581"}) scores[common] = random.score();
  for (const auto& [text, score] : scores) example.pieces.push_back({text, score});
  return example;
}

}  // namespace

TEST_CASE("one step is the expectation over all nodes of all lattices") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Example example = generate(seed);
    const NaiveLearner naive(example.pieces, example.sentences);
    const Pieces expected = naive.expected_pieces();
    float sum = 0;
    for (const auto& piece : expected) sum += piece.score;
    // One round, whose pruning has room for all: pieces not on a best path go. The bits themselves are compared with
    // SentencePiece's, in unigram_fixtures_test.cpp.
    UnigramLearner<float> learner(example.pieces, example.sentences, {.desired_size = 1000, .sub_iterations = 1}, 1);
    learner.run({});
    std::map<std::string, float> learned;
    for (const auto& piece : learner.pieces()) learned[piece.text] = piece.score;
    REQUIRE(learned.size() > 5);
    for (const auto& piece : expected) {
      if (learned.count(piece.text) == 0) continue;
      REQUIRE(learned[piece.text] == Approx(digamma(piece.score) - digamma(sum)).margin(1e-4));
    }
  }
}

TEST_CASE("pruning leaves only what is on a best path") {
  for (unsigned seed = 100; seed < 140; ++seed) {
    const Example example = generate(seed);
    UnigramLearner<float> learner(example.pieces, example.sentences, {.desired_size = 1000, .sub_iterations = 0}, 1);
    learner.run({});
    const NaiveLearner naive(example.pieces, example.sentences);
    const auto counts = naive.best_path_counts();
    std::map<std::string, bool> kept;
    for (const auto& piece : learner.pieces()) kept[piece.text] = true;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      INFO(naive.pieces()[i].text);
      if (counts[i] == 0) REQUIRE_FALSE(kept[naive.pieces()[i].text]);
    }
    REQUIRE(kept.size() > 5);
  }
}

TEST_CASE("threads change nothing, not even the order") {
  test::GeneratedPieces random(7);
  std::deque<std::string> texts;
  std::vector<CountedText> sentences;
  for (int i = 0; i < 20000; ++i) sentences.push_back({texts.emplace_back(random.text(1 + random.below(40))), 1 + random.below(99)});
  Pieces pieces;
  for (const auto& [text, score] : random.pieces(3000)) pieces.push_back({text, score});
  const auto learn = [&](int threads) {
    UnigramLearner<float> learner(pieces, sentences, {.desired_size = 200}, threads);
    learner.run({});
    learner.drop_unreachable();
    std::vector<std::pair<std::string, float>> list;
    for (const auto& piece : learner.pieces()) list.emplace_back(piece.text, piece.score);
    return list;
  };
  const auto one = learn(1);
  REQUIRE(one.size() <= 200);
  REQUIRE(learn(2) == one);
  REQUIRE(learn(7) == one);
}

TEST_CASE("a piece whose segmentation is better than itself is dropped at the end") {
  const std::vector<CountedText> sentences = {{"ab", 1}};
  UnigramLearner<float> learner({{"a", -1}, {"b", -1}, {"ab", -3}, {"ba", -1.5f}}, sentences, {}, 1);
  learner.drop_unreachable();
  std::vector<std::string> left;
  for (const auto& piece : learner.pieces()) left.push_back(piece.text);
  REQUIRE(left == std::vector<std::string>{"a", "b", "ba"});
}

}  // namespace quern
