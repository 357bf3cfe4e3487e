#include "tests/tokenizers/normalizers/spans.h"

#include <catch2/catch.hpp>

#include "core/text/utf8.h"

namespace quern::test {

std::string plain(const NormalizerChain& chain, std::string_view text) {
  std::string out = "whatever was there before";
  chain.normalize(text, out);
  return out;
}

Spans aligned(const NormalizerChain& chain, std::string_view text) {
  NormalizedText normalized;
  chain.normalize(text, normalized);
  REQUIRE(normalized.begins.size() == normalized.text.size());
  REQUIRE(normalized.ends.size() == normalized.text.size());
  REQUIRE(normalized.text == plain(chain, text));
  Spans result{normalized.text, {}};
  const char *begin = normalized.text.data(), *end = begin + normalized.text.size();
  for (const char* p = begin; p < end;) {
    const auto first = static_cast<std::size_t>(p - begin);
    utf8::decode(p);
    const Span span{normalized.begins[first], normalized.ends[first]};
    for (auto i = first; i < static_cast<std::size_t>(p - begin); ++i) {
      REQUIRE(Span{normalized.begins[i], normalized.ends[i]} == span);
    }
    result.spans.push_back(span);
  }
  return result;
}

std::string plain(const std::vector<Normalizer>& parts, std::string_view text) {
  return plain(NormalizerChain(parts), text);
}
Spans aligned(const std::vector<Normalizer>& parts, std::string_view text) {
  return aligned(NormalizerChain(parts), text);
}

}  // namespace quern::test
