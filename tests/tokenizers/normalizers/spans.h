// What a chain makes of a text, with the span of each character of the result; and that the two ways of asking agree.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizers/normalizers/normalizer_chain.h"

namespace quern::test {

using Span = std::pair<std::uint32_t, std::uint32_t>;

struct Spans {
  std::string text;
  std::vector<Span> spans;  // by character
  friend bool operator==(const Spans&, const Spans&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Spans& spans) {
    out << '"' << spans.text << '"';
    for (const auto& [begin, end] : spans.spans) out << ' ' << begin << '-' << end;
    return out;
  }
};

std::string plain(const NormalizerChain& chain, std::string_view text);
std::string plain(const std::vector<Normalizer>& parts, std::string_view text);

// Requires that all bytes of a character share their span, and that the text is that of plain.
Spans aligned(const NormalizerChain& chain, std::string_view text);
Spans aligned(const std::vector<Normalizer>& parts, std::string_view text);

}  // namespace quern::test
