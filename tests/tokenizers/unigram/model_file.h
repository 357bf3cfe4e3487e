// As much of SentencePiece's .model as tests of the model need: its pieces and the two settings they depend on.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tokenizers/definition/models.h"

namespace quern::test {

// Protocol buffer fields one after the other; trusts the file.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  bool next() {
    if (bytes_.empty()) return false;
    const std::uint64_t tag = number();
    field = tag >> 3;
    value = 0;
    content = {};
    switch (tag & 7) {
      case 0: value = number(); break;
      case 2: content = take(number()); break;
      default: content = take((tag & 7) == 5 ? 4 : 8);
    }
    return true;
  }

  std::uint64_t field = 0, value = 0;
  std::string_view content;

 private:
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      n |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return n;
    }
  }
  std::string_view take(std::size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view bytes_;
};

inline SentencePieceModel read_model_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  SentencePieceModel model;
  for (Fields fields(bytes); fields.next();) {
    if (fields.field == 1) {
      SentencePiece& piece = model.pieces.emplace_back();
      for (Fields member(fields.content); member.next();) {
        if (member.field == 1) piece.text = member.content;
        if (member.field == 2) std::memcpy(&piece.score, member.content.data(), sizeof piece.score);
        if (member.field == 3) piece.kind = static_cast<SentencePiece::Kind>(member.value);
      }
    } else if (fields.field == 2) {
      for (Fields member(fields.content); member.next();) {
        if (member.field == 3) model.algorithm = static_cast<SentencePieceModel::Algorithm>(member.value);
        if (member.field == 35) model.byte_fallback = member.value != 0;
      }
    }
  }
  return model;
}

}  // namespace quern::test
