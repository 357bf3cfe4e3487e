// The pieces of a Unigram vocabulary as a double array (Aoe 1989) over bytes: one probe a byte.
//
//   const PieceTrie<float> trie(pieces);
//   std::uint32_t at = trie.first_character(p, end, &size);        // one look-up for a whole character
//   while (trie.score(at) …; p < end && trie.step(at, *p)) …        // then byte by byte
//   if (trie.is_piece(at)) use(trie.piece(at).id);
//
// A unit says where the children of its node stand: at base ^ byte, where the unit must carry that byte. No two nodes have
// the same base, so the byte alone proves the parent. The score stands in the unit, minus infinity where no piece ends, so
// that the search for the best path reads nothing else.
//
// Immutable after construction but for set_score; any number of threads may read it. Pieces may hold any bytes. Error{format} when the array
// would need more than 2^24 units (about four million pieces).
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "core/huge_pages.h"
#include "tokenizers/definition/added_token.h"
#include "tokenizers/unigram/characters.h"

namespace quern::unigram {

template <class Score>
struct ScoredPiece {
  std::string_view text;
  TokenId id;
  Score score;
};

template <class Score>
class PieceTrie {
 public:
  using Node = std::uint32_t;  // a unit's place
  static constexpr Node kDead = 0;  // no piece begins like this
  static constexpr Score kNoPiece = -std::numeric_limits<Score>::infinity();

  // Texts must be distinct and not empty, scores finite.
  explicit PieceTrie(std::vector<ScoredPiece<Score>> pieces);

  // From the root over the character that begins at p; kDead where no piece begins with it.
  Node first_character(const char* p, std::size_t size) const {
    if (size == 4) return walk(root_, p, size);
    return characters_[compact_code(p, size)];
  }
  // One byte further; false, and `node` as it was, where no piece goes on.
  bool step(Node& node, char byte) const {
    const auto label = static_cast<unsigned char>(byte);
    const Node child = base(node) ^ label;
    if ((units_[child].link & 0xFF) != label) return false;
    node = child;
    return true;
  }
  // Fetches what step(node, byte) will read.
  void prefetch_step(Node node, char byte) const { __builtin_prefetch(&units_[base(node) ^ static_cast<unsigned char>(byte)]); }
  Score score(Node node) const { return units_[node].score; }
  bool is_piece(Node node) const { return units_[node].score != kNoPiece; }

  struct Piece {
    TokenId id = 0;
    std::uint32_t size = 0;  // bytes
  };
  const Piece& piece(Node node) const { return pieces_[node]; }
  // The node of exactly this text, kDead where it is no piece.
  Node find(std::string_view text) const;

  // For learning. A piece's score changes; kNoPiece makes it none, until it gets another.
  void set_score(Node piece, Score score) { units_[piece].score = score; }
  std::size_t nodes() const { return units_.size(); }

 private:
  struct Unit {
    std::uint32_t link = 0;  // base of the children << 8 | own byte
    Score score = kNoPiece;
  };
  class Builder;

  Node base(Node node) const { return units_[node].link >> 8; }
  Node walk(Node node, const char* p, std::size_t size) const;

  std::vector<Unit, HugePageAllocator<Unit>> units_;  // the first 256 carry no byte that could lead there: base 0 has no children
  std::vector<Piece> pieces_;  // by node
  std::vector<Node> characters_;  // by compact_code
  Node root_ = kDead;
};

extern template class PieceTrie<float>;
extern template class PieceTrie<double>;

}  // namespace quern::unigram
