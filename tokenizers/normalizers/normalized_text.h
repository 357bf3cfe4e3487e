// A text, and for each of its bytes the bytes of the original text that it stands for.
//
//   NormalizedText text("Ünder");
//   chain.normalize("Ünder", text);                  // "under"
//   text.original(0, 2)                              // bytes [0, 3) of "Ünder": what "un" stands for
//
// Spans are Hugging Face's: a byte of a character that was kept or replaced has the whole original character; a character
// that was put in has the span of the one before it, or nothing, [0, 0), where there is none. They need not touch or grow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quern {

struct NormalizedText {
  std::string text;
  std::vector<std::uint32_t> begins, ends;  // [begins[i], ends[i]) of the original for byte i; as many as text has bytes

  // The text itself, each character standing for itself. A byte that is not part of a well-formed character is one.
  void assign(std::string_view original);

  // What bytes [begin, end) of text stand for; begin < end.
  std::pair<std::uint32_t, std::uint32_t> original(std::size_t begin, std::size_t end) const {
    return {begins[begin], ends[end - 1]};
  }
};

// One character of a text in the making. 0: it takes the place of the next character of the old text. n > 0: it is put
// in, and takes the place of none. -n: as 0, and the n characters behind the one it replaces are gone.
struct Edit {
  char32_t character;
  std::int32_t change;
};

// Makes `text` what the edits say. `skipped` characters at its beginning are gone before the first edit.
void apply_edits(const std::vector<Edit>& edits, std::size_t skipped, NormalizedText& text);

}  // namespace quern
