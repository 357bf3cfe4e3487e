#include "tokenizers/bpe/hot_pairs.h"

#include <algorithm>

namespace quern::bpe {
namespace {

constexpr std::uint64_t kLeastSums = 1 << 16, kMostSums = std::uint64_t{1} << 28;
// Up to here a sum may grow by so much without looking: no 128 threads can carry it beyond 2^32 together.
constexpr std::uint32_t kCareless = std::uint32_t{1} << 31, kSmall = std::uint32_t{1} << 24;

}  // namespace

PairSums::PairSums(std::uint64_t memory) : size_(std::clamp(memory / (2 * sizeof(std::uint32_t)), kLeastSums, kMostSums)), sums_(std::make_unique<std::atomic<std::uint32_t>[]>(2 * size_)) {}

void PairSums::add_to(std::atomic<std::uint32_t>& sum, std::uint64_t weight) {
  std::uint32_t old = sum.load(std::memory_order_relaxed);
  if (old < kCareless && weight < kSmall) {
    sum.fetch_add(static_cast<std::uint32_t>(weight), std::memory_order_relaxed);
    return;
  }
  std::uint32_t now;
  do {
    now = weight > kMost - old ? kMost : old + static_cast<std::uint32_t>(weight);
  } while (!sum.compare_exchange_weak(old, now, std::memory_order_relaxed));
}

void PairSums::Adder::flush() {
  for (Slot& slot : slots_) {
    if (slot.sum != 0) sums_->add(slot.hash, slot.sum);
    slot = {};
  }
  for (Waiting& waiting : waiting_) {
    if (waiting.sum != 0) sums_->add(waiting.hash, waiting.sum);
    waiting = {};
  }
}

std::uint32_t PairSums::largest() const {
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < 2 * size_; ++i) most = std::max(most, sums_[i].load(std::memory_order_relaxed));
  return most;
}

HotPairs::HotPairs(const PairSums& sums, std::uint32_t threshold) : threshold_(threshold), size_(sums.size_), bits_(2 * sums.size_ / 64 + 1) {
  for (std::size_t i = 0; i < 2 * size_; ++i) {
    if (sums.sums_[i].load(std::memory_order_relaxed) >= threshold) bits_[i >> 6] |= std::uint64_t{1} << (i & 63);
  }
}

}  // namespace quern::bpe
