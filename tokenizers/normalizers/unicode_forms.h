// NFC, NFD, NFKC and NFKD in Unicode 9.0 (UAX 15), as Hugging Face tokenizers normalizes.
//
//   const auto& forms = UnicodeForms::get();
//   forms.normalize(Form::nfc, "e\u0301", out);       // true, "\u00E9"
//   forms.normalize(Form::nfc, "\u00E9", out);         // false: it is in that form already
//
// Nearly every character is one on which its neighbours have no say, and a table says what becomes of it. Where the
// table passes, at marks and at what joins the character before it, the stretch from that character on is taken apart,
// put in order and put together. Immutable, shared by threads.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition/normalizers.h"
#include "tokenizers/normalizers/character_map.h"
#include "tokenizers/normalizers/code_point_map.h"
#include "tokenizers/normalizers/edits.h"
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
  // Appends what c becomes when it is taken apart as far as it goes: c itself when it is one.
  void decompose(char32_t c, bool compatibility, std::u32string& out) const;
  char32_t compose(char32_t first, char32_t second) const;  // 0: the two make no character

 private:
  struct Part {
    Edit edit;
    std::uint8_t combining_class;
  };
  using Parts = std::vector<Part>;

  UnicodeForms();
  void fill_map(Form form, const CodePointMap<std::uint8_t>& joins_previous);
  template <class Writer>
  void run(Form form, std::string_view text, Writer& writer) const;
  void take_apart(Form form, std::string_view text, Parts& parts) const;
  void put_together(Parts& parts) const;
  static void reorder(Parts& parts);

  CodePointMap<std::uint8_t> combining_classes_;
  CodePointMap<std::uint16_t> canonical_, compatibility_;  // 1 + index into the lists of tables; 0: none
  std::array<CharacterMap, 4> maps_;                       // by form
};

}  // namespace quern::normalizers
