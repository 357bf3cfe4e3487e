#include "tokenizers/normalizers/normalized_text.h"

#include <utility>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern {
namespace {

// Bytes of the character at `at`; 1 for a byte that begins none.
std::size_t character_size(std::string_view text, std::size_t at, bool well_formed) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
  if (size == 1 || well_formed) return size;
  return at + size <= text.size() && utf8::is_valid(text.substr(at, size)) ? size : 1;
}

}  // namespace

void NormalizedText::assign(std::string_view original) {
  if (original.size() > UINT32_MAX) {
    throw Error(ErrorCode::input, "a text above 4 GiB cannot be normalized with offsets").remedy("cut it into records");
  }
  text.assign(original);
  begins.resize(text.size());
  ends.resize(text.size());
  const bool well_formed = utf8::is_valid(original);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = at + character_size(original, at, well_formed);
    for (std::size_t i = at; i < end; ++i) {
      begins[i] = static_cast<std::uint32_t>(at);
      ends[i] = static_cast<std::uint32_t>(end);
    }
    at = end;
  }
}

void NormalizedText::become(std::string&& changed, const std::vector<std::uint32_t>& origins) {
  std::vector<std::uint32_t> new_begins(origins.size()), new_ends(origins.size());
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (origins[i] >= text.size()) continue;
    new_begins[i] = begins[origins[i]];
    new_ends[i] = ends[origins[i]];
  }
  text = std::move(changed);
  begins = std::move(new_begins);
  ends = std::move(new_ends);
}

}  // namespace quern
