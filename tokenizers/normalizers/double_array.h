// A set of byte strings with a number each, asked for what a text begins with: a trie in one array of 32-bit units, in
// the layout of darts-clone, which SentencePiece writes into its models.
//
//   const DoubleArray keys(DoubleArray::build(ByteAutomaton({{"a", 1}, {"ab", 2}})));
//   keys.longest("abc")                            // {.size = 2, .value = 2}
//
// A node is a place in the array; its unit says where its children are, and whether a key ends there. The child by byte
// b is at (place of the children) xor b, and has b in its own unit, or it is no child. Keys hold no zero byte and are
// not empty. Immutable, shared by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizers/normalizers/byte_automaton.h"

namespace quern::normalizers {

class DoubleArray {
 public:
  struct Match {
    std::size_t size = 0;  // 0: no key
    std::uint32_t value = 0;
  };

  DoubleArray() = default;  // no keys
  // Units from anywhere. Error{format} when one leads out of the array.
  explicit DoubleArray(std::vector<std::uint32_t> units);

  // The very units that darts-clone makes of the same keys; values are below 2^31.
  static std::vector<std::uint32_t> build(const ByteAutomaton& keys);

  bool empty() const { return units_.empty(); }
  Match longest(std::string_view text) const { return find<false>(text); }
  Match shortest(std::string_view text) const { return find<true>(text); }
  bool is_prefix(std::string_view text) const;  // whether some key begins with it

  // For those who walk it themselves.
  struct Node {
    std::size_t children;
    bool is_key;
  };
  Node root() const { return {offset(units_[0]), false}; }  // of an array that is not empty
  std::optional<Node> child(Node node, unsigned char byte) const {
    const std::size_t at = node.children ^ byte;
    if (byte == 0 || (units_[at] & (kLeaf | kLabel)) != byte) return std::nullopt;
    return Node{at ^ offset(units_[at]), has_value(units_[at])};
  }

  // Calls use(value) for every value of the array.
  template <class Use>
  void for_each_value(const Use& use) const {
    for (std::size_t at = 0; at < units_.size(); ++at) {
      if (is_node(units_[at]) && has_value(units_[at])) use(units_[at ^ offset(units_[at])] & kValue);
    }
  }

 private:
  static constexpr std::uint32_t kLeaf = std::uint32_t{1} << 31, kHasValue = 1 << 8, kLabel = 0xFF, kValue = ~kLeaf;
  static constexpr std::size_t kBlock = 256;  // children of one node lie in one block

  static bool is_node(std::uint32_t unit) { return (unit & kLeaf) == 0; }
  static bool has_value(std::uint32_t unit) { return (unit & kHasValue) != 0; }
  static std::size_t offset(std::uint32_t unit) { return std::size_t{unit >> 10} << (unit >> 6 & 8); }

  template <bool kShortest>
  Match find(std::string_view text) const {
    Match match;
    if (units_.empty()) return match;
    std::size_t children = offset(units_[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const std::size_t at = children ^ byte;
      const std::uint32_t unit = units_[at];
      if ((unit & (kLeaf | kLabel)) != byte || byte == 0) break;
      children = at ^ offset(unit);
      if (!has_value(unit)) continue;
      match = {i + 1, units_[children] & kValue};
      if (kShortest) break;
    }
    return match;
  }

  std::vector<std::uint32_t> units_;  // whole blocks; every node's children begin inside
};

}  // namespace quern::normalizers
