// Byte strings with counts, one at a time, in ascending order of the bytes (as memcmp; a prefix comes first).
//
//   while (source.next()) use(source.key(), source.count());
//
// Each string comes once and no count is 0. A key is valid until the next call.
#pragma once

#include <cstdint>
#include <string_view>

namespace quern {

class CountSource {
 public:
  virtual ~CountSource() = default;
  virtual bool next() = 0;  // false at the end

  std::string_view key() const { return key_; }
  std::uint64_t count() const { return count_; }

 protected:
  std::string_view key_;
  std::uint64_t count_ = 0;
};

}  // namespace quern
