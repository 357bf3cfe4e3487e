// The wire form of Protocol Buffers: fields of a message, read strictly and written. No library, no schema, no recursion.
//
//   WireReader reader(message, path);
//   for (WireField field; reader.next(field);) {
//     if (field.number == 3) flag = field.varint() != 0;
//   }
//   wire::append_bytes(out, 1, "piece");
//
// Views point into the message. Every refusal is an Error{format} naming the file and the byte where the field begins:
// truncated or overlong numbers, lengths beyond the end, groups, a field of another type than it is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quern::formats {

struct WireField {
  enum class Type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
  std::uint32_t number = 0;
  Type type = Type::varint;
  std::uint64_t value = 0;      // of a number, as its bits
  std::string_view content;     // of bytes
  std::string_view whole;       // the field with its tag, as it stands in the message
  std::uint64_t begin = 0;      // where that is in the file
  std::uint64_t content_begin = 0;
};

class WireReader {
 public:
  // `begin` is where the message stands in the file; path must outlive the reader.
  WireReader(std::string_view message, const std::string& path, std::uint64_t begin = 0)
      : message_(message), path_(&path), begin_(begin) {}
  bool next(WireField& field);  // false at the end

  // The value of a field that next() gave, which must be of that type.
  std::uint64_t varint(const WireField& field) const;
  bool boolean(const WireField& field) const { return varint(field) != 0; }
  float number(const WireField& field) const;
  std::string_view bytes(const WireField& field) const;
  std::string_view text(const WireField& field) const;  // bytes that are UTF-8
  [[noreturn]] void refuse(const WireField& field, const std::string& message) const;

 private:
  std::uint64_t read_varint(const WireField& field);
  std::string_view take(const WireField& field, std::uint64_t size);

  std::string_view message_;
  const std::string* path_;
  std::uint64_t begin_;
  std::size_t at_ = 0;
};

namespace wire {
void append_varint(std::string& out, std::uint32_t number, std::uint64_t value);
void append_float(std::string& out, std::uint32_t number, float value);
void append_bytes(std::string& out, std::uint32_t number, std::string_view bytes);
}  // namespace wire

}  // namespace quern::formats
