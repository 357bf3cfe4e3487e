// NFC, NFD, NFKC and NFKD in Unicode 9.0 (Unicode 15 annex 15), as Hugging Face tokenizers normalizes.
//
//   const auto& forms = UnicodeForms::get();
//   forms.normalize(Form::nfc, "e\u0301", out);       // true, "\u00E9"
//   forms.normalize(Form::nfc, "\u00E9", out);         // false: it is in that form already
//
// A text is copied up to the first character that may change; from there on only what stands between characters that
// no neighbour can change is taken apart and put together.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition/normalizers.h"
#include "tokenizers/normalizers/code_point_map.h"
#include "tokenizers/normalizers/normalized_text.h"

namespace quern::normalizers {

class UnicodeForms {
 public:
  using Form = UnicodeNormalizer::Form;

  static const UnicodeForms& get();  // built when first asked for

  // Whether the text may change; if so, out becomes its normal form.
  bool normalize(Form form, std::string_view text, std::string& out) const;
  void normalize(Form form, NormalizedText& text) const;

  std::uint8_t combining_class(char32_t c) const { return combining_classes_[c]; }
  // What c becomes when it is taken apart; c itself when it is one. Appends.
  void decompose(char32_t c, bool compatibility, std::u32string& out) const;
  char32_t compose(char32_t first, char32_t second) const;  // 0: the two make no character

 private:
  struct Part {
    Edit edit;
    std::uint8_t combining_class;
  };
  using Parts = std::vector<Part>;

  UnicodeForms();
  bool is_inert(Form form, char32_t c) const { return (unstable_[c] >> static_cast<int>(form) & 1) == 0; }
  const char* first_unstable(Form form, const char* p, const char* end, const char*& boundary) const;
  void take_apart(Form form, std::string_view text, Parts& parts) const;
  void put_together(Parts& parts) const;
  static void reorder(Parts& parts);

  CodePointMap<std::uint8_t> unstable_;  // by form, a bit: may change, or change with its neighbours
  CodePointMap<std::uint8_t> combining_classes_;
  CodePointMap<std::uint16_t> canonical_, compatibility_;  // 1 + index into the lists of tables; 0: none
};

}  // namespace quern::normalizers
