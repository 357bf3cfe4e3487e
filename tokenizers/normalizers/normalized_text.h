// A text, and for each of its bytes the bytes of the original text that it stands for.
//
//   NormalizedText text("Ünder");
//   chain.normalize("Ünder", text);                  // "under"
//   text.original(0, 2)                              // bytes [0, 3) of "Ünder": what "un" stands for
//
// Spans are Hugging Face's: a byte of a character that was kept or replaced has the whole original character; a
// character that was put in has the span of the one before it, or nothing, [0, 0), where there is none. They need not
// touch or grow.
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
  std::vector<std::uint32_t> begins,
      ends;  // [begins[i], ends[i]) of the original for byte i; as many as text has bytes

  // The text itself, each character standing for itself. A byte that is not part of a well-formed character is one.
  void assign(std::string_view original);

  // The text becomes another, of which byte i stands for what byte origins[i] of this one stands for: for nothing when
  // that is beyond its end.
  void become(std::string&& changed, const std::vector<std::uint32_t>& origins);

  // What bytes [begin, end) of text stand for; begin < end.
  std::pair<std::uint32_t, std::uint32_t> original(std::size_t begin, std::size_t end) const {
    return {begins[begin], ends[end - 1]};
  }
};

}  // namespace quern
