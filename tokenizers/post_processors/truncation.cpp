#include "tokenizers/post_processors/truncation.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/error.h"

namespace quern {
namespace {

// As if tokens went one by one from the longer text: the shorter stays whole while there is room for as much of the other;
// else they share, and the longer one (the second, of equal ones) gets what is odd.
std::vector<std::size_t> longest_first(std::size_t first, std::size_t second, std::size_t room) {
  const bool swapped = first > second;
  std::size_t shorter = std::min(first, second);
  std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  if (swapped) return {longer, shorter};
  return {shorter, longer};
}

}  // namespace

std::vector<std::size_t> truncated_lengths(std::span<const std::size_t> lengths, const Truncation& truncation) {
  using Strategy = Truncation::Strategy;
  const std::size_t room = truncation.max_length;
  if (room == 0) return std::vector<std::size_t>(lengths.size(), 0);
  std::vector<std::size_t> kept(lengths.begin(), lengths.end());
  const std::size_t total = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  if (total <= room) return kept;

  if (truncation.strategy == Strategy::longest_first) {
    if (lengths.size() == 1) return {room};
    return longest_first(lengths[0], lengths[1], room);
  }
  const std::size_t target = truncation.strategy == Strategy::only_first ? 0 : 1;
  if (target == lengths.size()) {
    throw Error(ErrorCode::input, "the text is longer than allowed, and only the second of a pair may be cut");
  }
  const std::size_t excess = total - room;
  if (lengths[target] <= excess) {
    throw Error(ErrorCode::input, "only the " + std::string(target == 0 ? "first" : "second") +
                                      " text may be cut, but there are " + std::to_string(excess) +
                                      " tokens too many and it has " + std::to_string(lengths[target]))
        .remedy("allow a longer length, or cut the longest first");
  }
  kept[target] -= excess;
  return kept;
}

std::vector<TokenRange> cut_into_windows(std::size_t length, std::size_t kept, std::size_t stride, Side direction) {
  const std::size_t count = count_windows(length, kept, stride);
  if (count == 1) return {{0, length}};
  if (kept == 0) return {{0, 0}, {0, length}};
  std::vector<TokenRange> windows;
  windows.reserve(count);
  const std::size_t step = kept - stride;
  for (std::size_t i = 0; i < count; ++i) {
    if (direction == Side::right) {
      windows.push_back({i * step, std::min(i * step + kept, length)});
    } else {
      const std::size_t end = length - i * step;
      windows.push_back({end - std::min(end, kept), end});
    }
  }
  return windows;
}

std::size_t count_windows(std::size_t length, std::size_t kept, std::size_t stride) {
  if (kept >= length) return 1;
  if (kept == 0) return 2;
  if (stride >= kept) {
    throw Error(ErrorCode::input, "windows of " + std::to_string(kept) + " tokens that share " + std::to_string(stride) +
                                      " with the one before would not move on")
        .remedy("choose a stride smaller than what the length leaves for the text");
  }
  const std::size_t step = kept - stride;
  return 1 + (length - kept + step - 1) / step;
}

}  // namespace quern
