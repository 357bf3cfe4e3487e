#include "tokenizers/normalizers/double_array.h"

#include "core/error.h"

namespace quern::normalizers {

DoubleArray::DoubleArray(std::vector<std::uint32_t> units) : units_(std::move(units)) {
  if (units_.empty()) return;
  // A unit filled up with is a child of nobody, since no key has a zero byte.
  units_.resize((units_.size() + kBlock - 1) / kBlock * kBlock, 0);
  for (std::size_t at = 0; at < units_.size(); ++at) {
    if (!is_node(units_[at]) || (at ^ offset(units_[at])) < units_.size()) continue;
    throw Error(ErrorCode::format, "unit " + std::to_string(at) + " of the trie leads out of its " +
                                       std::to_string(units_.size()) + " units");
  }
}

bool DoubleArray::is_prefix(std::string_view text) const {
  if (units_.empty()) return false;
  Node node = root();
  for (const char c : text) {
    const auto next = child(node, static_cast<unsigned char>(c));
    if (!next) return false;
    node = *next;
  }
  return true;
}

}  // namespace quern::normalizers
