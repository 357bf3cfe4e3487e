#include "tokenizers/normalizers/normalized_text.h"

#include <algorithm>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern {
namespace {

// Bytes of the character at `at`; 1 for a byte that begins none.
std::size_t character_size(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
  if (at + size > text.size()) return 1;
  return size == 1 || utf8::valid_prefix(text.substr(at, size)) == size ? size : 1;
}

struct Span {
  std::uint32_t begin = 0, end = 0;
};

}  // namespace

void NormalizedText::assign(std::string_view original) {
  if (original.size() > UINT32_MAX) {
    throw Error(ErrorCode::input, "a text above 4 GiB cannot be normalized with offsets").remedy("cut it into records");
  }
  text.assign(original);
  begins.resize(text.size());
  ends.resize(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = at + character_size(original, at);
    std::fill(begins.begin() + at, begins.begin() + end, static_cast<std::uint32_t>(at));
    std::fill(ends.begin() + at, ends.begin() + end, static_cast<std::uint32_t>(end));
    at = end;
  }
}

void apply_edits(const std::vector<Edit>& edits, std::size_t skipped, NormalizedText& text) {
  NormalizedText result;
  result.text.reserve(text.text.size());
  result.begins.reserve(text.text.size());
  result.ends.reserve(text.text.size());
  std::size_t at = 0;  // in the old text: all before it is used up
  const auto skip = [&](std::size_t characters) {
    for (; characters > 0 && at < text.text.size(); --characters) at += character_size(text.text, at);
  };
  skip(skipped);
  for (const Edit& edit : edits) {
    const std::size_t source = edit.change > 0 ? at - 1 : at;  // past the end when there is none
    const Span span = source < text.text.size() ? Span{text.begins[source], text.ends[source]} : Span{};
    utf8::append(result.text, edit.character);
    result.begins.resize(result.text.size(), span.begin);
    result.ends.resize(result.text.size(), span.end);
    if (edit.change <= 0) skip(1 + static_cast<std::size_t>(-edit.change));
  }
  text = std::move(result);
}

}  // namespace quern
