#include "tokenizers/normalizers/byte_automaton.h"

#include <algorithm>
#include <string_view>

namespace quern::normalizers {

ByteAutomaton::ByteAutomaton(const std::vector<std::pair<std::string, std::uint32_t>>& strings) {
  std::vector<std::vector<Child>> open(1);  // by depth: the nodes on the path of the last string
  std::string_view last;
  const auto close = [&](std::size_t depth) {
    for (; open.size() - 1 > depth; open.pop_back()) {
      const auto label = static_cast<unsigned char>(last[open.size() - 2]);
      open[open.size() - 2].push_back({label, list(open.back())});
    }
  };
  for (const auto& [text, number] : strings) {
    const auto common = std::mismatch(last.begin(), last.end(), text.begin(), text.end()).first - last.begin();
    close(static_cast<std::size_t>(common));
    open.resize(text.size() + 1);
    open.back().push_back({0, number});
    last = text;
  }
  close(0);
  list(open[0]);
  finish();
}

std::uint32_t ByteAutomaton::list(const std::vector<Child>& children) {
  std::size_t hash = children.size();
  for (const Child& child : children) {
    hash = (hash ^ (std::size_t{child.target} << 8 | child.label)) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 32;
  }
  for (auto [found, end] = by_hash_.equal_range(hash); found != end; ++found) {
    if (!equal(found->second, children)) continue;
    share(found->second);
    return found->second;
  }
  by_hash_.emplace(hash, size());
  lists_.push_back({static_cast<std::uint32_t>(children_.size()), static_cast<std::uint32_t>(children.size()), false});
  children_.insert(children_.end(), children.begin(), children.end());
  return size() - 1;
}

bool ByteAutomaton::equal(std::uint32_t list, const std::vector<Child>& children) const {
  return std::equal(this->children(list), this->children(list) + count(list), children.begin(), children.end(),
                    [](const Child& a, const Child& b) { return a.label == b.label && a.target == b.target; });
}

void ByteAutomaton::finish() {
  for (std::uint32_t id = size(); id-- > 0;) {
    if (!is_shared(id)) continue;
    for (std::uint32_t i = 0; i < count(id); ++i) {
      if (const Child& child = children(id)[i]; child.label != 0) share(child.target);
    }
  }
}

}  // namespace quern::normalizers
