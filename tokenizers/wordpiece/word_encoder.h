// WordPiece on one word: the longest token at each place, or the unknown token for the whole word where that gets stuck.
//
//   const WordEncoder wordpiece(model);              // immutable, shared by threads
//   wordpiece.encode("grinding", tokens);             // appends: grind ##ing
//
// Linear in the word, whatever the vocabulary: the trie of the tokens has links that say where matching goes on when it gets
// stuck, and which tokens are settled by then (Song et al. 2021, "Fast WordPiece Tokenization", algorithms 1 and 2). Two
// tries share the nodes: of what a word may begin with, and of what goes on inside of it, without the prefix.
//
// Construction throws Error{format} when the unknown token is no token, a token is there twice, or the tries need 2^24 nodes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition/models.h"
#include "tokenizers/model_token.h"

namespace quern::wordpiece {

class WordEncoder {
 public:
  explicit WordEncoder(const WordPieceModel& model);

  // word: valid UTF-8, not empty.
  void encode(std::string_view word, std::vector<ModelToken>& tokens) const;

 private:
  using Node = std::uint32_t;
  static constexpr Node kNowhere = 0xFFFFFFFF;
  static constexpr Node kFirst = 0, kContinuing = 1;  // the two roots
  struct Edge {
    std::uint32_t key = 0;  // (node << 8 | byte) + 1; 0: free
    Node child = 0;
  };
  static constexpr std::size_t kMostNodes = (std::size_t{1} << 24) - 1;
  static constexpr std::uint32_t kNoCell = 0xFFFFFFFF;
  // A token that is settled, behind those of `before`. Nodes share the beginnings of their lists.
  struct Cell {
    TokenId id = 0;
    std::uint32_t size = 0;  // bytes of the word
    std::uint32_t before = kNoCell;
  };
  struct Trie {
    Node parent = 0;
    unsigned char byte = 0;
    std::uint32_t depth = 0;
    std::uint32_t token = kNoCell;  // the cell of the token that ends here
  };
  // Where matching goes on when it cannot go on from a node, and what is settled by then.
  struct Link {
    Node next = kNowhere;
    std::uint32_t settled = kNoCell;
  };

  static std::uint32_t edge_key(Node node, unsigned char byte) { return (node << 8 | byte) + 1; }
  std::size_t place(std::uint32_t key) const;  // of an edge, or where it would go
  void add_edge(std::uint32_t key, Node child);
  Node child(Node node, unsigned char byte) const;
  void add_token(std::vector<Trie>& nodes, Node root, std::string_view text, TokenId id);
  void add_links(const std::vector<Trie>& nodes);
  Link link_of(const Trie& node);
  std::uint32_t append(std::uint32_t list, std::uint32_t more);
  bool match(std::string_view word, std::vector<ModelToken>& tokens) const;
  void settle(std::uint32_t list, std::uint32_t& at, std::vector<ModelToken>& tokens) const;

  std::vector<Edge> edges_;  // a power of two, at most two thirds full, linear probing
  std::size_t edge_count_ = 0;
  std::vector<Link> links_;  // by node
  std::vector<Cell> cells_;
  TokenId unk_ = 0;
  std::size_t most_characters_;
};

}  // namespace quern::wordpiece
