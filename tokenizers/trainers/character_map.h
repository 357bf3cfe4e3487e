// A value for each character: two array look-ups, and memory for the neighbourhoods of characters that were named only.
//
//   CharacterMap<std::uint64_t> counts;
//   ++counts[c];
//   counts.for_each([](char32_t c, std::uint64_t count) { … });   // by code point; those between the named ones too
//
// Not thread-safe while values are named for the first time.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

namespace quern {

template <class Value>
class CharacterMap {
 public:
  // Code points only.
  Value& operator[](char32_t c) {
    auto& page = pages_[c >> kPageBits];
    if (page == nullptr) page = std::make_unique<Page>();
    return (*page)[c & (kPageSize - 1)];
  }
  Value get(char32_t c) const {
    const auto& page = pages_[c >> kPageBits];
    return page == nullptr ? Value() : (*page)[c & (kPageSize - 1)];
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      for (std::size_t j = 0; pages_[i] != nullptr && j < kPageSize; ++j) visit(static_cast<char32_t>(i << kPageBits | j), (*pages_[i])[j]);
    }
  }

 private:
  static constexpr std::size_t kPageBits = 8, kPageSize = std::size_t{1} << kPageBits;
  using Page = std::array<Value, kPageSize>;
  std::array<std::unique_ptr<Page>, (0x110000 >> kPageBits)> pages_;
};

}  // namespace quern
