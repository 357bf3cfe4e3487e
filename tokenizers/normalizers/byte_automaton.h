// A set of byte strings with a number each, equal tails stored once: what a double array is laid out from.
//
// A node is the list of its children, and nodes with equal lists are one. Lists are made from the ends of the strings
// to their beginnings, so a list has a higher number than those it leads to; the last one made is the root.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace quern::normalizers {

class ByteAutomaton {
 public:
  // Label 0: a string ends here, and target is its number. Else: the list of that child.
  struct Child {
    unsigned char label;
    std::uint32_t target;
  };

  ByteAutomaton() = default;
  // Strings in ascending order, each once, not empty and without zero bytes.
  explicit ByteAutomaton(const std::vector<std::pair<std::string, std::uint32_t>>& strings);

  // The list of these children, by ascending label. One that is asked for again is shared.
  std::uint32_t list(const std::vector<Child>& children);
  void share(std::uint32_t list) { lists_[list].shared = true; }
  // When all lists are made: what a shared list leads to is shared as well.
  void finish();

  std::uint32_t size() const { return static_cast<std::uint32_t>(lists_.size()); }
  std::uint32_t root() const { return size() - 1; }
  std::uint32_t count(std::uint32_t list) const { return lists_[list].count; }
  const Child* children(std::uint32_t list) const { return children_.data() + lists_[list].begin; }
  bool is_shared(std::uint32_t list) const { return lists_[list].shared; }

 private:
  struct List {
    std::uint32_t begin, count;
    bool shared;
  };
  bool equal(std::uint32_t list, const std::vector<Child>& children) const;

  std::vector<List> lists_;
  std::vector<Child> children_;
  std::unordered_multimap<std::size_t, std::uint32_t> by_hash_;
};

}  // namespace quern::normalizers
