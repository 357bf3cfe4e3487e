// How `quern encode` prints windows: pairs, padding, what was cut off, and the lists that a model takes beside ids.
//
//   WindowEncoder encoder(tokenizer, options, style);          // one per thread
//   std::vector<Window> windows = encoder.encode("What?\tThat.", 0);
//   append_windows(out, windows, tokenizer, style);            // "101 2054 102 2008 102\n"
//
// The first window of a record comes first. Later ones are lines of their own; in jsonl they are a list of the first.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/encoding_format.h"
#include "tokenizers/tokenizer.h"

namespace quern::cli {

// Keys of a JSON line.
enum class WindowField { ids, tokens, offsets, type_ids, attention_mask, special_mask, words, sequences };

// "ids,type_ids"; Error{usage} naming those there are.
std::vector<WindowField> parse_window_fields(const std::string& list);

struct WindowStyle {
  EncodingForm form = EncodingForm::ids;
  std::vector<WindowField> fields;
  bool char_offsets = false;  // code points instead of bytes
  bool pairs = false;         // a record is two texts with a tab between
  bool overflow = false;      // in jsonl: the key for later windows is there though there are none
};

class WindowEncoder {
 public:
  WindowEncoder(const Tokenizer& tokenizer, EncodeOptions options, const WindowStyle& style);
  // number: of the record in the input, for sampling. Error{input} for a record that is no pair, or that cannot be cut as asked.
  std::vector<Window> encode(std::string_view record, std::uint64_t number);

 private:
  Encoder encoder_;
  bool char_offsets_, pairs_;
};

// Returns the number of ids.
std::uint64_t append_windows(std::string& out, std::span<const Window> windows, const Tokenizer& tokenizer,
                             const WindowStyle& style);

}  // namespace quern::cli
