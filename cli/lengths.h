// How long what a model takes in may be: the options that cut and pad, for commands that encode text.
//
//   Lengths lengths;
//   declare_lengths(options, lengths);                       // --max-length --truncate … --pad --pad-side …
//   const auto truncation = lengths.truncation(tokenizer, {.special = true, .pairs = false});
//
// What the command line does not say is as the tokenizer's file says, and where that is silent: longest first, on the
// right. Error{usage} for combinations that make no sense, naming both sides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options.h"
#include "tokenizers/tokenizer.h"

namespace quern::cli {

struct Lengths {
  enum class Truncate { none, as_file, longest_first, only_first, only_second };
  enum class Which { unset, left, right };
  std::int64_t max_length = 0;  // 0: not given
  Truncate truncate = Truncate::none;
  Which truncate_side = Which::unset, pad_side = Which::unset;
  std::int64_t stride = -1;     // -1: not given
  std::int64_t pad_multiple = 0, batch = 0;  // 0: not given
  bool overflow = false;
  std::string pad, pad_token;  // pad: as-file, longest, max-length or a number; empty: no padding

  struct Input {
    bool special = false, pairs = false;
  };
  std::optional<Truncation> truncation(const Tokenizer& tokenizer, Input input) const;
  std::optional<Padding> padding(const Tokenizer& tokenizer, const std::optional<Truncation>& truncation) const;
  // Whether anything is cut or padded.
  bool any() const { return max_length > 0 || truncate != Truncate::none || overflow || !pad.empty(); }
  // Records that are padded to the longest of them.
  std::size_t batch_size() const { return batch > 0 ? static_cast<std::size_t>(batch) : 32; }
};

// Declares the options and what must hold between them; pairs: the flag that says whether records are pairs.
void declare_lengths(Options& options, Lengths& lengths, const bool& pairs);

}  // namespace quern::cli
