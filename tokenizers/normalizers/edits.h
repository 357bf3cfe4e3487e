// Changes to a text as Hugging Face accounts for them, from which it knows what each character comes from.
#pragma once

#include <string_view>
#include <vector>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/text_writer.h"

namespace quern::normalizers {

// One character of a text in the making. 0: it takes the place of the next character of the old text. n > 0: it is put
// in, and takes the place of none. -n: as 0, and the n characters behind the one it replaces are gone.
struct Edit {
  char32_t character;
  std::int32_t change;
};

// Writes what the edits make of the characters of `text` from `at` on.
template <class Writer>
void put_edits(Writer& writer, const std::vector<Edit>& edits, std::string_view text, std::size_t at) {
  const auto skip = [&] {
    for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;) ++at;
  };
  std::string bytes;
  for (const Edit& edit : edits) {
    bytes.clear();
    utf8::append(bytes, edit.character);
    writer.make_room();
    // What is put in comes from the last byte before it, and at the beginning of the text from nothing.
    writer.put(bytes, edit.change <= 0 ? at : at > 0 ? at - 1 : OriginWriter::kNone);
    for (std::int32_t i = edit.change; i <= 0 && at < text.size(); ++i) skip();
  }
}

}  // namespace quern::normalizers
