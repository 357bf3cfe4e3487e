#include "tokenizers/formats/protobuf_wire.h"

#include <bit>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern::formats {
namespace {

void append_raw_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7F) | 0x80));
  out.push_back(static_cast<char>(value));
}

void append_tag(std::string& out, std::uint32_t number, WireField::Type type) {
  append_raw_varint(out, std::uint64_t{number} << 3 | static_cast<std::uint64_t>(type));
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

}  // namespace

bool WireReader::next(WireField& field) {
  if (at_ == message_.size()) return false;
  const std::size_t first = at_;
  field = {};
  field.begin = begin_ + first;
  const std::uint64_t tag = read_varint(field);
  if (tag >> 3 == 0 || tag >> 3 > 0x1FFF'FFFF) refuse(field, "not a field of a protobuf message");
  field.number = static_cast<std::uint32_t>(tag >> 3);
  field.type = static_cast<WireField::Type>(tag & 7);
  switch (field.type) {
    case WireField::Type::varint:
      field.value = read_varint(field);
      break;
    case WireField::Type::fixed64:
      field.value = little_endian(take(field, 8));
      break;
    case WireField::Type::fixed32:
      field.value = little_endian(take(field, 4));
      break;
    case WireField::Type::bytes: {
      const std::uint64_t size = read_varint(field);
      field.content_begin = begin_ + at_;
      field.content = take(field, size);
      break;
    }
    default:
      refuse(field, "a field of type " + std::to_string(tag & 7) + ", which such files do not have");
  }
  field.whole = message_.substr(first, at_ - first);
  return true;
}

std::uint64_t WireReader::read_varint(const WireField& field) {
  constexpr unsigned kLastShift = 63;
  std::uint64_t value = 0;
  for (unsigned shift = 0; at_ < message_.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(message_[at_++]);
    if (shift == kLastShift && byte > 1) refuse(field, "a number longer than 64 bits");
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  refuse(field, "ends inside a number");
}

std::string_view WireReader::take(const WireField& field, std::uint64_t size) {
  if (size > message_.size() - at_) {
    refuse(field, "a field of " + std::to_string(size) + " bytes where " + std::to_string(message_.size() - at_) +
                      " are left");
  }
  const std::string_view bytes = message_.substr(at_, size);
  at_ += size;
  return bytes;
}

std::uint64_t WireReader::varint(const WireField& field) const {
  if (field.type != WireField::Type::varint) refuse(field, "expected an integer");
  return field.value;
}

float WireReader::number(const WireField& field) const {
  if (field.type != WireField::Type::fixed32) refuse(field, "expected a 32-bit float");
  return std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
}

std::string_view WireReader::bytes(const WireField& field) const {
  if (field.type != WireField::Type::bytes) refuse(field, "expected bytes");
  return field.content;
}

std::string_view WireReader::text(const WireField& field) const {
  if (!utf8::is_valid(bytes(field))) refuse(field, "text that is not UTF-8");
  return field.content;
}

void WireReader::refuse(const WireField& field, const std::string& message) const {
  const std::string number = field.number == 0 ? "" : "field " + std::to_string(field.number) + ": ";
  throw Error(ErrorCode::format, number + message).at(*path_, 0, field.begin);
}

namespace wire {

void append_varint(std::string& out, std::uint32_t number, std::uint64_t value) {
  append_tag(out, number, WireField::Type::varint);
  append_raw_varint(out, value);
}

void append_float(std::string& out, std::uint32_t number, float value) {
  append_tag(out, number, WireField::Type::fixed32);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(bits >> shift & 0xFF));
}

void append_bytes(std::string& out, std::uint32_t number, std::string_view bytes) {
  append_tag(out, number, WireField::Type::bytes);
  append_raw_varint(out, bytes.size());
  out += bytes;
}

}  // namespace wire

}  // namespace quern::formats
