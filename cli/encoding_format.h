// How `quern encode` prints the tokens of a record: one object per thread, appending to that thread's block of output.
//
//   EncodingFormatter formatter(tokenizer, options, {.form = EncodingForm::ids});
//   formatter.append(record, 0, out);         // "464 2068 7586\n"
//
// For single texts without padding; the rest is window_format.h's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/tokenizer.h"

namespace quern::cli {

enum class EncodingForm { ids, tokens, offsets, jsonl, u16, u32, npy, count };

struct EncodingStyle {
  EncodingForm form = EncodingForm::ids;
  bool char_offsets = false;  // code points instead of bytes
  bool color = false;         // tokens: the text itself, every other token on another ground
  std::size_t nbest = 0;      // so many of the best segmentations instead of the best alone
};

class EncodingFormatter {
 public:
  EncodingFormatter(const Tokenizer& tokenizer, EncodeOptions options, EncodingStyle style);
  // number: of the record in the input, for sampling. Returns the number of ids. Of an n-best list each segmentation is a
  // line of its own, in jsonl an object in one list.
  std::uint64_t append(std::string_view record, std::uint64_t number, std::string& out);

 private:
  std::uint64_t append_nbest(std::string_view record, std::string& out);
  void append_encoding(std::string_view record, std::string& out) const;
  template <class Take>
  void for_each_token(Take take) const;
  void append_numbers(std::string& out, char separator) const;
  void append_tokens(std::string& out) const;
  void append_offsets(std::string& out) const;
  void append_json(std::string& out) const;  // members without braces
  void append_colored(std::string_view record, std::string& out) const;
  void count_characters(std::string_view record);

  Tokenizer tokenizer_;
  Encoder encoder_;
  EncodingStyle style_;
  Encoding encoding_;
  std::vector<std::size_t> characters_;  // before each byte of a record
};

}  // namespace quern::cli
