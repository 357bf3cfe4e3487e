#include "tokenizers/post_processors/truncation.h"

#include <catch2/catch.hpp>

#include "core/error.h"

using namespace quern;
using Lengths = std::vector<std::size_t>;
using Strategy = Truncation::Strategy;

namespace {

// One token after the other goes from the longer text; of two that are as long, from the one that was not longer at first.
Lengths naive_longest_first(std::size_t first, std::size_t second, std::size_t room) {
  const bool second_yields = first > second;
  while (first + second > room) --(first > second || (first == second && !second_yields) ? first : second);
  return {first, second};
}

// Hugging Face's loop, word for word: a window at every step, up to the first that reaches the end.
std::vector<TokenRange> naive_windows(std::size_t length, std::size_t kept, std::size_t stride, Side direction) {
  std::vector<TokenRange> windows;
  for (std::size_t at = 0; at < length; at += kept - stride) {
    const std::size_t stop = std::min(at + kept, length);
    windows.push_back(direction == Side::right ? TokenRange{at, stop} : TokenRange{length - stop, length - at});
    if (stop == length) break;
  }
  return windows;
}

Lengths cut(const Lengths& lengths, Strategy strategy, std::size_t room) {
  return truncated_lengths(lengths, {.strategy = strategy, .max_length = room});
}

}  // namespace

TEST_CASE("longest first takes the tokens that taking one by one would") {
  for (std::size_t first = 0; first < 24; ++first) {
    for (std::size_t second = 0; second < 24; ++second) {
      for (std::size_t room = 1; room < 50; ++room) {
        CAPTURE(first, second, room);
        REQUIRE(cut({first, second}, Strategy::longest_first, room) == naive_longest_first(first, second, room));
      }
    }
  }
  CHECK(cut({7}, Strategy::longest_first, 5) == Lengths{5});
  CHECK(cut({7}, Strategy::longest_first, 7) == Lengths{7});
  CHECK(cut({7, 3}, Strategy::longest_first, 0) == Lengths{0, 0});
}

TEST_CASE("one text of a pair is cut as long as something of it stays") {
  CHECK(cut({7, 5}, Strategy::only_first, 9) == Lengths{4, 5});
  CHECK(cut({7, 5}, Strategy::only_second, 9) == Lengths{7, 2});
  CHECK(cut({7, 5}, Strategy::only_second, 12) == Lengths{7, 5});
  CHECK(cut({7}, Strategy::only_first, 2) == Lengths{2});
  CHECK(cut({7, 5}, Strategy::only_second, 0) == Lengths{0, 0});
  CHECK_THROWS_WITH(cut({7, 5}, Strategy::only_second, 7),
                    "only the second text may be cut, but there are 5 tokens too many and it has 5");
  CHECK_THROWS_WITH(cut({7, 5}, Strategy::only_first, 4),
                    "only the first text may be cut, but there are 8 tokens too many and it has 7");
  CHECK_THROWS_WITH(cut({7}, Strategy::only_second, 4),
                    "the text is longer than allowed, and only the second of a pair may be cut");
}

TEST_CASE("windows cover a text from either side, each sharing the stride with the one before") {
  for (std::size_t length = 1; length < 30; ++length) {
    for (std::size_t kept = 1; kept < 32; ++kept) {
      for (std::size_t stride = 0; stride < kept; ++stride) {
        for (const Side direction : {Side::left, Side::right}) {
          CAPTURE(length, kept, stride);
          const auto windows = cut_into_windows(length, kept, stride, direction);
          REQUIRE(windows == naive_windows(length, kept, stride, direction));
          REQUIRE(windows.size() == count_windows(length, kept, stride));
        }
      }
    }
  }
  CHECK(cut_into_windows(0, 0, 0, Side::right) == std::vector<TokenRange>{{0, 0}});
  CHECK(cut_into_windows(5, 0, 3, Side::left) == std::vector<TokenRange>{{0, 0}, {0, 5}});
}

TEST_CASE("a stride that would not move on is refused, but only where a text is cut") {
  CHECK(cut_into_windows(4, 4, 9, Side::right).size() == 1);
  CHECK_THROWS_WITH(cut_into_windows(5, 4, 4, Side::right),
                    "windows of 4 tokens that share 4 with the one before would not move on");
}
