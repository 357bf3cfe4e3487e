#include "core/io/run_merge.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace quern {

RunMerge::RunMerge(std::vector<std::unique_ptr<CountSource>> sources) {
  for (auto& source : sources) lanes_.push_back({std::move(source)});
}

bool RunMerge::before(std::size_t a, std::size_t b) const {
  const Lane &x = lanes_[a], &y = lanes_[b];
  if (x.ended || y.ended) return !x.ended;
  if (x.leading != y.leading) return x.leading < y.leading;
  return x.source->key() < y.source->key();
}

void RunMerge::advance(Lane& lane) {
  lane.ended = !lane.source->next();
  if (lane.ended) return;
  const std::string_view key = lane.source->key();
  std::uint64_t word = 0;
  std::memcpy(&word, key.data(), std::min(key.size(), sizeof word));
  lane.leading = __builtin_bswap64(word);
}

// The lane's new key against the losers on its way to the root.
void RunMerge::replay(std::size_t lane) {
  std::size_t winner = lane;
  for (std::size_t node = (lane + lanes_.size()) / 2; node > 0; node /= 2) {
    if (before(losers_[node], winner)) std::swap(losers_[node], winner);
  }
  losers_[0] = winner;
}

bool RunMerge::next() {
  if (lanes_.empty()) return false;
  if (!started_) {
    started_ = true;
    const std::size_t count = lanes_.size();
    for (Lane& lane : lanes_) advance(lane);
    // Played from the leaves up: node n is between nodes 2n and 2n + 1, the leaves are count … 2 count - 1.
    losers_.resize(count);
    std::vector<std::size_t> winners(2 * count);
    for (std::size_t i = 0; i < count; ++i) winners[count + i] = i;
    for (std::size_t node = count - 1; node > 0; --node) {
      const std::size_t a = winners[2 * node], b = winners[2 * node + 1];
      const bool first = before(a, b);
      winners[node] = first ? a : b;
      losers_[node] = first ? b : a;
    }
    losers_[0] = winners[1];
  }
  if (lanes_[losers_[0]].ended) return false;
  current_ = lanes_[losers_[0]].source->key();
  count_ = 0;
  do {
    Lane& lane = lanes_[losers_[0]];
    if (__builtin_add_overflow(count_, lane.source->count(), &count_)) {
      throw Error(ErrorCode::unsupported, "counts add up to more than 2^64");
    }
    advance(lane);
    replay(losers_[0]);
  } while (!lanes_[losers_[0]].ended && lanes_[losers_[0]].source->key() == current_);
  key_ = current_;
  return true;
}

}  // namespace quern
