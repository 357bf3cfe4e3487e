// A token found in the text itself, before the model sees it.
#pragma once

#include <cstdint>
#include <string>

namespace quern {

using TokenId = std::uint32_t;

// Those with normalized = false are cut out of the raw text first, the others out of the normalized text between them.
struct AddedToken {
  TokenId id = 0;
  std::string content;
  bool single_word = false;  // only between non-word characters
  bool lstrip = false;       // takes the white space before it along
  bool rstrip = false;       // … and after it
  bool normalized = true;    // matched, itself normalized, in the normalized text, not in the raw one
  bool special = false;      // left out by decode --skip-special; not matched when specials are taken as text
  friend bool operator==(const AddedToken&, const AddedToken&) = default;
};

}  // namespace quern
