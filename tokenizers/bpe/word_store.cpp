#include "tokenizers/bpe/word_store.h"

namespace quern::bpe {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10;

void append_number(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to += static_cast<char>(value | 0x80);
  to += static_cast<char>(value);
}

}  // namespace

void WordStore::Writer::add(std::span<const TokenId> ids, std::uint64_t weight) {
  append_number(block_, weight);
  append_number(block_, ids.size());
  for (const TokenId id : ids) append_token(block_, id);
  if (block_.size() >= kBlock) finish();
}

void WordStore::Writer::finish() {
  if (block_.empty()) return;
  store_->append(block_);
  block_.clear();
}

void WordStore::append(const std::string& block) {
  const SpillFile::Block placed = file_->append(block);
  const std::lock_guard lock(mutex_);
  blocks_.push_back(placed);
}

}  // namespace quern::bpe
