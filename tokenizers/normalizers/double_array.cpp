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

bool DoubleArray::has_key_with(std::string_view prefix) const {
  if (units_.empty()) return false;
  std::size_t children = offset(units_[0]);
  for (const char c : prefix) {
    const auto byte = static_cast<unsigned char>(c);
    const std::size_t at = children ^ byte;
    if ((units_[at] & (kLeaf | kLabel)) != byte || byte == 0) return false;
    if (has_value(units_[at])) return true;
    children = at ^ offset(units_[at]);
  }
  return true;
}

}  // namespace quern::normalizers
