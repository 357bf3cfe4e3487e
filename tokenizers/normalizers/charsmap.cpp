#include "tokenizers/normalizers/charsmap.h"

#include <unordered_set>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern::normalizers {
namespace {

std::uint32_t read_u32(const char* p) {
  const auto byte = [p](int i) { return std::uint32_t{static_cast<unsigned char>(p[i])}; };
  return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}

Error damaged(const std::string& how) {
  return Error(ErrorCode::format, "the rules of the normalizer (precompiled_charsmap) are damaged: " + how);
}

std::vector<std::uint32_t> read_units(std::string_view serialized) {
  if (serialized.size() < 4) throw damaged("the size of their trie is missing");
  const std::size_t size = read_u32(serialized.data());
  if (size == 0 || size % 4 != 0) throw damaged("a trie of " + std::to_string(size) + " bytes is no number of units");
  if (size >= serialized.size() - 4) {
    throw damaged("a trie of " + std::to_string(size) + " bytes is announced, " +
                  std::to_string(serialized.size() - 4) + " follow");
  }
  std::vector<std::uint32_t> units(size / 4);
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = read_u32(serialized.data() + 4 + i * 4);
  return units;
}

}  // namespace

Charsmap::Charsmap(std::string_view serialized) {
  if (serialized.empty()) return;
  std::vector<std::uint32_t> units = read_units(serialized);
  outputs_ = serialized.substr(4 + units.size() * 4);
  if (outputs_.back() != '\0') throw damaged("the last output does not end");
  if (!utf8::is_valid(outputs_)) throw damaged("an output is not UTF-8");
  trie_ = DoubleArray(std::move(units));
  trie_.for_each_value([this](std::uint32_t value) {
    if (value >= outputs_.size() || (static_cast<unsigned char>(outputs_[value]) & 0xC0) == 0x80) {
      throw damaged("an output begins at byte " + std::to_string(value) + ", where none does");
    }
  });
  read_first_characters();
}

namespace {

// Calls use(c, node) for each character up to U+FFFF whose bytes lead on from `node`, and broken(first, last) for each
// range of them whose common first bytes are a key already.
template <class Use, class Broken>
void each_character(const DoubleArray& trie, DoubleArray::Node node, const Use& use, const Broken& broken) {
  for (char32_t lead = 1; lead < 0xF0; lead = lead == 0x7F ? 0xC2 : lead + 1) {
    const auto first = trie.child(node, static_cast<unsigned char>(lead));
    if (!first) continue;
    if (lead < 0x80) {
      use(lead, *first);
      continue;
    }
    const char32_t base = lead < 0xE0 ? (lead & 0x1F) << 6 : (lead & 0x0F) << 12;
    if (first->is_key) broken(base, base | (lead < 0xE0 ? 0x3F : 0xFFF));
    for (char32_t i = 0; i < 0x40; ++i) {
      const auto second = trie.child(*first, static_cast<unsigned char>(0x80 | i));
      if (!second) continue;
      if (lead < 0xE0) {
        use(base | i, *second);
        continue;
      }
      if (second->is_key) broken(base | i << 6, base | i << 6 | 0x3F);
      for (char32_t j = 0; j < 0x40; ++j) {
        if (const auto third = trie.child(*second, static_cast<unsigned char>(0x80 | j)))
          use(base | i << 6 | j, *third);
      }
    }
  }
}

}  // namespace

void Charsmap::read_first_characters() {
  std::unordered_set<std::size_t> seen;  // nodes with the same children
  each_character(
      trie_, trie_.root(),
      [&](char32_t c, DoubleArray::Node node) {
        begins_[c] = true;
        if (node.is_key) alone_[c] = true;
        if (seen.insert(node.children).second) read_second_characters(node);
      },
      [&](char32_t first, char32_t last) {
        for (char32_t c = first; c <= last; ++c) begins_[c] = alone_[c] = true;
      });
}

void Charsmap::read_second_characters(DoubleArray::Node node) {
  each_character(
      trie_, node, [&](char32_t c, DoubleArray::Node) { continues_[c] = true; },
      [&](char32_t first, char32_t last) {
        for (char32_t c = first; c <= last; ++c) continues_[c] = true;
      });
}

}  // namespace quern::normalizers
