#include "tokenizers/unigram/piece_trie.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern::unigram {
namespace {

// One bit for each byte.
struct ByteSet {
  std::array<std::uint64_t, 4> words{};

  void set(std::uint32_t byte) { words[byte >> 6] |= std::uint64_t{1} << (byte & 63); }
  void reset(std::uint32_t byte) { words[byte >> 6] &= ~(std::uint64_t{1} << (byte & 63)); }
  bool test(std::uint32_t byte) const { return words[byte >> 6] >> (byte & 63) & 1; }
  // The lowest member, 256 when there is none.
  std::uint32_t lowest() const {
    for (std::uint32_t i = 0; i < 4; ++i) {
      if (words[i] != 0) return i * 64 + static_cast<std::uint32_t>(std::countr_zero(words[i]));
    }
    return 256;
  }
};

// { b : b ^ label in set }
ByteSet exclusive_or(const ByteSet& set, std::uint32_t label) {
  constexpr std::array<std::uint64_t, 6> kOdd = {0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC, 0xF0F0F0F0F0F0F0F0,
                                                 0xFF00FF00FF00FF00, 0xFFFF0000FFFF0000, 0xFFFFFFFF00000000};
  ByteSet moved;
  for (std::uint32_t i = 0; i < 4; ++i) {
    std::uint64_t word = set.words[i ^ label >> 6];
    for (std::uint32_t bit = 0; bit < 6; ++bit) {
      const std::uint32_t shift = 1u << bit;
      if (label & shift) word = (word & kOdd[bit]) >> shift | (word << shift & kOdd[bit]);
    }
    moved.words[i] = word;
  }
  return moved;
}

constexpr std::uint32_t kBlock = 256;             // a base and its children agree in all but the last eight bits
constexpr std::size_t kMostBlocks = std::size_t{1} << 16;
constexpr std::size_t kOpenBlocks = 32;           // how many of the last blocks are searched for room

}  // namespace

template <class Score>
class PieceTrie<Score>::Builder {
 public:
  explicit Builder(PieceTrie& trie) : trie_(trie) {}

  void build(const std::vector<ScoredPiece<Score>>& pieces) {
    trie_.units_.resize(kBlock);
    for (std::uint32_t i = 0; i < kBlock; ++i) trie_.units_[i].link = i ^ 1;
    blocks_.resize(1);  // the dead one: nothing is free there
    trie_.root_ = 1;
    // Level by level: what every walk reads stands together at the front.
    std::vector<Range> level = {{0, pieces.size(), trie_.root_}}, next;
    for (std::size_t depth = 0; !level.empty(); ++depth, level.swap(next)) {
      next.clear();
      for (const Range& range : level) add_children(pieces, range, depth, next);
    }
    seal_free_units();
    trie_.pieces_.resize(trie_.units_.size());
    for (const auto& [node, piece] : ends_) trie_.pieces_[node] = piece;
  }

 private:
  struct Range {  // the pieces that begin with the bytes of a node
    std::size_t begin, end;
    Node node;
  };
  struct Block {
    ByteSet free, free_bases;
    std::uint32_t free_count = 0;
  };

  void add_children(const std::vector<ScoredPiece<Score>>& pieces, Range range, std::size_t depth, std::vector<Range>& next) {
    if (pieces[range.begin].text.size() == depth) {
      const ScoredPiece<Score>& piece = pieces[range.begin++];
      trie_.units_[range.node].score = piece.score;
      ends_.emplace_back(range.node, Piece{piece.id, static_cast<std::uint32_t>(depth)});
    }
    labels_.clear();
    starts_.clear();
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const auto label = static_cast<unsigned char>(pieces[i].text[depth]);
      if (!labels_.empty() && labels_.back() == label) continue;
      labels_.push_back(label);
      starts_.push_back(i);
    }
    if (labels_.empty()) return;  // base 0: no children
    starts_.push_back(range.end);
    const Node base = find_base();
    trie_.units_[range.node].link |= base << 8;
    Block& block = blocks_[base / kBlock];
    block.free_bases.reset(base % kBlock);
    block.free_count -= static_cast<std::uint32_t>(labels_.size());
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const Node child = base ^ labels_[i];
      block.free.reset(child % kBlock);
      trie_.units_[child].link = labels_[i];
      next.push_back({starts_[i], starts_[i + 1], child});
    }
  }

  // A base no node has, with room for all labels_.
  Node find_base() {
    const std::size_t first = blocks_.size() > kOpenBlocks ? blocks_.size() - kOpenBlocks : 1;
    for (std::size_t i = first; i < blocks_.size(); ++i) {
      if (blocks_[i].free_count < labels_.size()) continue;
      ByteSet possible = blocks_[i].free_bases;
      for (const std::uint32_t label : labels_) {
        const ByteSet room = exclusive_or(blocks_[i].free, label);
        for (std::size_t word = 0; word < 4; ++word) possible.words[word] &= room.words[word];
      }
      if (const std::uint32_t base = possible.lowest(); base < kBlock) return static_cast<Node>(i * kBlock + base);
    }
    if (blocks_.size() == kMostBlocks) throw Error(ErrorCode::format, "the vocabulary is too large for a Unigram model");
    Block& block = blocks_.emplace_back();
    block.free.words.fill(~std::uint64_t{0});
    block.free_bases.words.fill(~std::uint64_t{0});
    block.free_count = kBlock;
    trie_.units_.resize(blocks_.size() * kBlock);
    return static_cast<Node>((blocks_.size() - 1) * kBlock);
  }

  // A unit without a node carries the byte that would lead there from a base nobody has. There is one wherever there is
  // such a unit, since each base that is had takes at least one unit of its block.
  void seal_free_units() {
    for (std::size_t i = 1; i < blocks_.size(); ++i) {
      const std::uint32_t base = blocks_[i].free_bases.lowest();
      for (std::uint32_t j = 0; j < kBlock; ++j) {
        if (blocks_[i].free.test(j)) trie_.units_[i * kBlock + j].link = j ^ base;
      }
    }
  }

  PieceTrie& trie_;
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> labels_;
  std::vector<std::size_t> starts_;
  std::vector<std::pair<Node, Piece>> ends_;
};

template <class Score>
PieceTrie<Score>::PieceTrie(std::vector<ScoredPiece<Score>> pieces) : characters_(kCompactCodes, kDead) {
  if (pieces.empty()) {
    units_.resize(kBlock);
    for (std::uint32_t i = 0; i < kBlock; ++i) units_[i].link = i ^ 1;
    pieces_.resize(kBlock);
    return;
  }
  std::sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
  Builder(*this).build(pieces);
  for (const ScoredPiece<Score>& piece : pieces) {
    const std::size_t size = character_size(piece.text.data(), piece.text.data() + piece.text.size());
    const std::string_view character = piece.text.substr(0, size);
    if (size == 4 || !utf8::is_valid(character)) continue;
    characters_[compact_code(character.data(), size)] = walk(root_, character.data(), size);
  }
}

template <class Score>
typename PieceTrie<Score>::Node PieceTrie<Score>::walk(Node node, const char* p, std::size_t size) const {
  for (std::size_t i = 0; i < size; ++i) {
    if (!step(node, p[i])) return kDead;
  }
  return node;
}

template <class Score>
typename PieceTrie<Score>::Node PieceTrie<Score>::find(std::string_view text) const {
  const Node node = walk(root_, text.data(), text.size());
  return is_piece(node) ? node : kDead;
}

template class PieceTrie<float>;
template class PieceTrie<double>;

}  // namespace quern::unigram
