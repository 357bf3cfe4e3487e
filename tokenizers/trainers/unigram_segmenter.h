// How texts fall into the pieces of a model that is being learned: what each piece can expect to count in a sentence, the best
// path, and what would take a piece's place.
//
//   UnigramSegmenter<float> segmenter(model);       // of one thread
//   segmenter.add_expectations(sentence, shares);   // appends
//
// In floats these are SentencePiece's numbers and choices to the last bit (Lattice, unigram_model.cc), without its lattice: all
// nodes that begin at a place have the same forward sum, all that end there the same backward sum. Choices of a best path depend on
// rounding only where two sums are close, and only there they are made as on a lattice.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizers/trainers/log_sum.h"
#include "tokenizers/unigram/lattice.h"
#include "tokenizers/unigram/piece_trie.h"

namespace quern {

struct CountedText {
  std::string_view text;
  std::uint64_t count = 0;
};

template <class Real>
class UnigramSegmenter {
 public:
  using Trie = unigram::PieceTrie<Real>;
  using Node = typename Trie::Node;

  struct Model {
    const Trie* trie;
    Node unknown;        // what an unknown character counts for
    Real unknown_score;
    std::size_t longest;  // bytes of a piece
  };
  struct Shares {  // what sentences add, in order
    std::vector<Node> nodes;
    std::vector<double> amounts;
  };
  struct Alternative {
    bool keep = true;         // false: its best segmentation is not itself
    std::vector<Node> nodes;  // of the next best one; empty: there is none
  };

  explicit UnigramSegmenter(const Model& model) : model_(model), trie_(*model.trie) {}

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
    if (whole.best == kNone) return {};  // no other segmentation
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
  struct Found {
    std::uint32_t place;  // a number for each character
    Arc arc;
  };
  struct Way {  // into the trie
    std::uint32_t place, from, at;
    Node node;
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
    if (!known) visit(at + size, model_.unknown, model_.unknown_score);
  }

  // The pieces that begin at each place, in the order of for_each_piece. The ways through the trie, which memory makes wait, go
  // side by side, byte by byte.
  void list_nodes(std::string_view text) {
    const char *const begin = text.data(), *const end = begin + text.size();
    found_.clear(), ways_.clear(), unknown_.clear(), firsts_.clear();
    const auto add = [&](std::uint32_t place, std::uint32_t from, std::size_t to, Node node, Real score) {
      found_.push_back({place, {from, static_cast<std::uint32_t>(to), node, score}});
      ++firsts_[place];
    };
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = unigram::character_size(begin + at, end);
      const auto place = static_cast<std::uint32_t>(firsts_.size()), from = static_cast<std::uint32_t>(at);
      firsts_.push_back(0);
      const Node node = trie_.first_character(begin + at, size);
      at += size;
      if (trie_.is_piece(node)) {
        add(place, from, at, node, trie_.score(node));
      } else {
        unknown_.push_back({place, {from, static_cast<std::uint32_t>(at), model_.unknown, model_.unknown_score}});
        ++firsts_[place];
      }
      if (node == Trie::kDead || at == text.size()) continue;
      trie_.prefetch_step(node, begin[at]);
      ways_.push_back({place, from, static_cast<std::uint32_t>(at), node});
    }
    while (!ways_.empty()) {
      std::size_t left = 0;
      for (Way way : ways_) {
        if (!trie_.step(way.node, begin[way.at])) continue;
        ++way.at;
        if (trie_.is_piece(way.node)) add(way.place, way.from, way.at, way.node, trie_.score(way.node));
        if (way.at == text.size()) continue;
        trie_.prefetch_step(way.node, begin[way.at]);
        ways_[left++] = way;
      }
      ways_.resize(left);
    }
    order_arcs();
  }

  // By place; those of one place are in order already, the unknown one last.
  void order_arcs() {
    std::uint32_t next = 0;
    for (std::uint32_t& first : firsts_) next += std::exchange(first, next);
    arcs_.resize(next);
    for (const Found& one : found_) arcs_[firsts_[one.place]++] = one.arc;
    for (const Found& one : unknown_) arcs_[firsts_[one.place]++] = one.arc;
  }

  // Fills cells_, as if `without`, which is the whole text, were no piece.
  void find_best(std::string_view text, Node without) {
    list_nodes(text);
    cells_.assign(text.size() + 1, {kNone, kNone, Trie::kDead, 0, 0, false});
    cells_[0].best = 0;
    for (std::size_t i = 0, at = 0; i < arcs_.size();) {
      const Real before = cells_[at].best;
      for (; i < arcs_.size() && arcs_[i].begin == at; ++i) {
        const Arc& arc = arcs_[i];
        if (arc.node == without && at == 0 && arc.end == text.size()) continue;
        Cell& cell = cells_[arc.end];
        const Real sum = before + arc.score;
        if (sum > cell.best) {
          cell = {sum, cell.best, arc.node, arc.score, arc.begin, false};
        } else if (sum > cell.second) {
          cell.second = sum;
        }
      }
      at = i < arcs_.size() ? arcs_[i].begin : text.size();
      // Several pieces that end here may still give one sum once another score is added.
      Cell& cell = cells_[at];
      cell.is_close = cell.best - cell.second <= std::abs(cell.best) * 4 * std::numeric_limits<Real>::epsilon() +
                                                     static_cast<Real>(1e-4);
    }
  }

  // SentencePiece takes the first of the pieces that end here whose sum with what stands behind, rounded, is greatest.
  Choice choose(std::string_view text, std::size_t end, Real after) const {
    Choice best = {Trie::kDead, 0, 0};
    Real best_sum = kNone;
    std::size_t from = end;
    const std::size_t longest = std::max<std::size_t>(model_.longest, 4);
    for (std::size_t at = end; at > 0 && end - at < longest;) {
      --at;
      if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) from = at;
    }
    for (std::size_t at = from; at < end;) {
      const std::size_t size = unigram::character_size(text.data() + at, text.data() + text.size());
      for_each_piece(text, at, size, [&](std::size_t piece_end, Node node, Real score) {
        if (piece_end != end) return;
        const Real sum = (cells_[at].best + score) + after;
        if (!(sum > best_sum)) return;
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

  Model model_;
  const Trie& trie_;
  std::vector<Arc> arcs_;
  std::vector<Found> found_, unknown_;
  std::vector<Way> ways_;
  std::vector<std::uint32_t> firsts_;  // by place: how many arcs, then where the next one goes
  std::vector<Real> forward_, backward_;
  std::vector<char> reached_;
  std::vector<Cell> cells_;
};

}  // namespace quern
