// Finds added tokens in a text: the longest at the leftmost place, then on behind it, as Hugging Face does.
//
//   const AddedTokenFinder finder(tokens);
//   std::vector<TextSegment> segments;
//   finder.cut(text, 0, text.size(), active, segments);      // appends
//   for (const TextSegment& s : segments) s.token ? … : …;   // an added token, or text between
//
// Where a text holds none of the bytes that the tokens begin with, it is passed over at memchr's speed.
// A token that is not active still takes its place in the search (Hugging Face finds it and lets it go).
// Works on bytes, so ill-formed UTF-8 is no trouble. Immutable after construction, so any number of threads may share
// it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"

namespace quern {

// [begin, end) of the text. With lstrip or rstrip a token's segment holds the white space around it.
struct TextSegment {
  std::size_t begin = 0, end = 0;
  const AddedToken* token = nullptr;
};

// For a finder; the tokens outlive it.
std::vector<const AddedToken*> pointers_to(const std::vector<AddedToken>& tokens);

class AddedTokenFinder {
 public:
  explicit AddedTokenFinder(std::vector<const AddedToken*> tokens);

  bool empty() const { return tokens_.empty(); }
  const std::vector<const AddedToken*>& tokens() const { return tokens_; }

  // Cuts text[begin, end), which is looked at as if nothing stood around it. active: by position in tokens().
  void cut(std::string_view text, std::size_t begin, std::size_t end, const std::vector<bool>& active,
           std::vector<TextSegment>& segments) const;

 private:
  struct Node {
    unsigned char byte = 0;
    int child = -1, sibling = -1;
    int token = -1;  // position in tokens_ of the token that ends here
  };
  struct Match {
    std::size_t begin = 0, size = 0;
    int token = -1;
  };
  class FirstBytes;

  int child(int node, unsigned char byte) const;
  int add_child(int node, unsigned char byte);
  Match longest_at(std::string_view text, std::size_t at) const;

  std::vector<const AddedToken*> tokens_;
  std::vector<Node> nodes_;             // a trie; nodes_[0] is the root
  std::string first_bytes_;             // what tokens begin with, each once
  std::array<int, 256> first_nodes_{};  // the root's children by byte, -1 for none
};

}  // namespace quern
