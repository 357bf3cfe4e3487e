#include "core/huge_pages.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <numeric>
#include <vector>

namespace quern {

TEST_CASE("an array grows from small memory into huge pages and keeps what it holds") {
  using Allocator = HugePageAllocator<std::uint32_t>;
  std::vector<std::uint32_t, Allocator> numbers(10);
  std::iota(numbers.begin(), numbers.end(), 0);
  numbers.resize(3 * Allocator::kPage / sizeof(std::uint32_t) + 1, 7);
  REQUIRE(reinterpret_cast<std::uintptr_t>(numbers.data()) % Allocator::kPage == 0);
  REQUIRE(numbers[9] == 9);
  REQUIRE(numbers.back() == 7);
  const auto copy = numbers;
  REQUIRE(copy == numbers);
  REQUIRE_THROWS_AS(Allocator().allocate(SIZE_MAX / 2), std::bad_alloc);
}

}  // namespace quern
