// A best path that rounding cannot change: what a stretch of text becomes whatever stands before it.
//
//   SettledPath<float> path;
//   if (path.find(trie, unknown_score, "磨粉", 0.01)) for (const Part& part : path.parts()) …     // first part first
//
// Let B(q) be the best score to place q of the stretch in exact arithmetic from zero, and F(q) what the search makes of it that
// rounds its sums and begins with a sum T. One addition errs by at most u, and a maximum of values that err by at most e errs by
// at most e; so by induction |F(q) - T - B(q)| ≤ n(q) u, where n(q), the characters up to q, bounds the pieces of any path there.
// If at each place of the best path its candidate is ahead of all others there by more than 2 n(q) u, the search chooses it too.
//
// Scratch of one thread.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "tokenizers/unigram/best_path.h"

namespace quern::unigram {

template <class Score>
class SettledPath {
 public:
  static constexpr std::size_t kMostBytes = 64;

  // u: what one addition of the search may err by. False where the lead is too small, or the stretch longer than kMostBytes.
  bool find(const PieceTrie<Score>& trie, double unknown_score, std::string_view stretch, double u) {
    if (stretch.size() > kMostBytes) return false;
    std::fill_n(cells_.begin(), stretch.size() + 1, Cell{});
    cells_[0].best = 0;
    const char *begin = stretch.data(), *end = begin + stretch.size();
    for (const char* p = begin; p < end;) {
      const std::size_t size = character_size(p, end);
      Cell* const here = &cells_[static_cast<std::size_t>(p - begin)];
      Node node = trie.first_character(p, size);
      here[size].characters = here->characters + 1;
      if (trie.is_piece(node)) {
        here[size].offer(here->best + trie.score(node), node, size);
      } else {
        here[size].offer(here->best + unknown_score, PieceTrie<Score>::kDead, size);
      }
      for (const char* q = p + size; node != PieceTrie<Score>::kDead && q < end && trie.step(node, *q);) {
        ++q;
        if (trie.is_piece(node)) here[q - p].offer(here->best + trie.score(node), node, static_cast<std::size_t>(q - p));
      }
      p += size;
    }
    return walk_back(trie, stretch.size(), u);
  }
  std::span<const Part> parts() const { return std::span(parts_).subspan(first_); }

 private:
  using Node = typename PieceTrie<Score>::Node;

  struct Cell {
    double best = -1e30, second = -1e30;
    std::uint32_t characters = 0, size = 0;
    Node last = 0;  // kDead: an unknown character
    void offer(double score, Node node, std::size_t piece_size) {
      second = std::max(second, std::min(score, best));
      if (score > best) best = score, last = node, size = static_cast<std::uint32_t>(piece_size);
    }
  };

  bool walk_back(const PieceTrie<Score>& trie, std::size_t at, double u) {
    constexpr double kDoubles = 1e-6;  // far more than these sums err by themselves
    first_ = parts_.size();
    while (at > 0) {
      const Cell& cell = cells_[at];
      if (cell.best - cell.second <= 2 * u * cell.characters + kDoubles) return false;
      Part& part = parts_[--first_];
      part.begin = static_cast<std::uint32_t>(at - cell.size);
      part.end = static_cast<std::uint32_t>(at);
      part.id = cell.last == PieceTrie<Score>::kDead ? Part::kUnknown : trie.piece(cell.last).id;
      at -= cell.size;
    }
    return true;
  }

  std::array<Cell, kMostBytes + 1> cells_;
  std::array<Part, kMostBytes> parts_;
  std::size_t first_ = 0;
};

}  // namespace quern::unigram
