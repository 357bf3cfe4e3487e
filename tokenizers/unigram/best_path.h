// The best segmentation of a text: Viterbi over the pieces of a trie, without a lattice in memory.
//
//   best_path.find(text, 0);  for (auto part : best_path.parts()) …     // last part first
//
// One cell for each byte of the text holds the best score of a path that ends there and the piece it ends with. A piece
// takes a cell over only when it is better, so that among equals the one that begins first stays: the rule of sentencepiece
// 0.2.3 (Model::EncodeOptimized) and of Hugging Face (encode_optimized), the former with sums in float, the latter in double.
//
// Scratch of one thread; the memory stays for the next text. Text should be valid UTF-8: the bytes of an ill-formed one are
// taken for characters of the length that their first byte announces.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include "tokenizers/unigram/characters.h"
#include "tokenizers/unigram/piece_trie.h"

namespace quern::unigram {

// A piece of the best path, or one character that is none.
struct Part {
  static constexpr TokenId kUnknown = 0xFFFFFFFF;
  std::uint32_t begin = 0, end = 0;
  TokenId id = kUnknown;
};

template <class Score, class Sum>
class BestPath {
 public:
  using Trie = PieceTrie<Score>;
  using Node = typename Trie::Node;

  struct Rules {
    Sum unknown_score = 0;       // of a character that is no piece
    bool has_unknown = true;     // false: such a character makes find() fail
    std::uint32_t restart_window = 0;  // 0: never, else the longest piece: sums beyond kRestart begin at zero again
  };

  // Appends the parts of the path to `parts`, the last first. `begins_with`: the score of what stands before the text. Returns
  // the score with which it ends; NaN when it needs an unknown piece and there is none.
  Sum find(const Trie& trie, const Rules& rules, std::string_view text, Sum begins_with, std::vector<Part>& parts) {
    cells_.assign(text.size() + 1, Cell{});
    cells_[0].score = begins_with;
    const char *begin = text.data(), *end = begin + text.size();
    for (const char* p = begin; p < end;) {
      Cell* const here = &cells_[static_cast<std::size_t>(p - begin)];
      if (rules.restart_window != 0 && std::abs(here->score) > kRestart) [[unlikely]] restart(here, rules.restart_window);
      const Sum score = here->score;
      const std::size_t size = character_size(p, end);
      Node node = trie.first_character(p, size);
      if (trie.is_piece(node)) {
        here[size].improve(trie.score(node) + score, node);
      } else if (here[size].improve(rules.unknown_score + score, kUnknownCharacter | static_cast<Node>(size)) &&
                 !rules.has_unknown) {
        return std::numeric_limits<Sum>::quiet_NaN();
      }
      if (node != Trie::kDead) {
        for (const char* q = p + size; q < end && trie.step(node, *q);) {
          ++q;
          here[q - p].improve(trie.score(node) + score, node);
        }
      }
      p += size;
    }
    walk_back(trie, text.size(), parts);
    return cells_[text.size()].score;
  }

  std::size_t memory() const { return cells_.capacity() * sizeof(Cell); }
  static constexpr std::size_t kBytesPerByte = sizeof(Sum) + std::max(sizeof(Sum), sizeof(Node));

 private:
  static constexpr Sum kRestart = 100000;  // as sentencepiece 0.2.3
  static constexpr Node kUnknownCharacter = 0x80000000;

  struct Cell {
    Sum score = -std::numeric_limits<Sum>::infinity();
    Node last = 0;  // the node of the last piece, or kUnknownCharacter | its size
    bool improve(Sum candidate, Node with) {
      if (!(candidate > score)) return false;
      score = candidate;
      last = with;
      return true;
    }
  };

  // All sums that are still needed lie within the longest piece of here.
  void restart(Cell* here, std::uint32_t window) {
    const Sum offset = here->score;
    Cell* const end = std::min(here + window, &cells_.back()) + 1;
    for (Cell* cell = here; cell != end; ++cell) cell->score -= offset;
  }

  void walk_back(const Trie& trie, std::size_t size, std::vector<Part>& parts) const {
    for (std::size_t end = size; end > 0;) {
      const Node last = cells_[end].last;
      Part part;
      std::size_t length = last & ~kUnknownCharacter;
      if (!(last & kUnknownCharacter)) {
        const auto& piece = trie.piece(last);
        part.id = piece.id;
        length = piece.size;
      }
      part.begin = static_cast<std::uint32_t>(end - length);
      part.end = static_cast<std::uint32_t>(end);
      parts.push_back(part);
      end -= length;
    }
  }

  std::vector<Cell> cells_;
};

}  // namespace quern::unigram
