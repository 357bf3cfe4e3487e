// A text into the pieces that trainers learn from: through the normalizers and pre-tokenizers of a definition. Added tokens
// are text like any other here.
//
//   const PieceCutter cutter(definition.normalizers, definition.pre_tokenizers);
//   PieceCutter::Scratch scratch;                                         // per thread
//   cutter.cut(text, scratch, [&](std::string_view piece, std::size_t readable) { counts.add(worker, piece, readable); });
//
// `readable` bytes from piece.data() on may be read. Where ByteLevel comes last behind nothing but Splits, pieces are the
// bytes themselves, not spelled out, and may be ill-formed: the piece before the first bad byte and all behind it are one piece, as
// for Encoder (which takes white space before that piece along too: that is a rule about tokens, and while training there are none).
// Without any parts a text is one piece, as it is. Other pipelines need valid UTF-8: Error{input}. Immutable, shared by any number of threads.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/utf8.h"
#include "tokenizers/definition.h"
#include "tokenizers/normalizers/normalizer_chain.h"
#include "tokenizers/pre_tokenizers/byte_level_chain.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer_chain.h"

namespace quern {

class PieceCutter {
 public:
  PieceCutter(const std::vector<Normalizer>& normalizers, const std::vector<PreTokenizer>& pre_tokenizers);

  struct Scratch {
    NormalizedText text;
    PreTokenizerChain::Scratch pieces;
    ByteLevelChain::Scratch byte_level;
    std::string last;
  };
  template <class Take>  // take(std::string_view piece, std::size_t readable)
  void cut(std::string_view text, Scratch& scratch, Take take) const;

  bool cuts_bytes() const { return bytes_.has_value(); }  // else characters, of which ByteLevel spells bytes

  // What these parts are, as one line of JSON; two cutters with the same description cut alike. Large maps are hashed.
  const std::string& description() const { return description_; }

 private:
  template <class Take, class NextEnd>
  static void cut_simply(std::string_view text, std::size_t valid, Take take, NextEnd next_end);
  template <class Take>
  void cut_bytes(std::string_view text, Scratch& scratch, Take take) const;
  void cut_normalized(std::string_view text, Scratch& scratch) const;

  std::optional<ByteLevelChain> bytes_;  // else the two below
  NormalizerChain normalizers_;
  PreTokenizerChain pre_tokenizers_;
  bool has_no_parts_ = false, needs_spans_ = false, takes_ill_formed_ = false;
  std::string description_;
};

template <class Take>
void PieceCutter::cut(std::string_view text, Scratch& scratch, Take take) const {
  if (text.empty()) return;
  if (bytes_) return cut_bytes(text, scratch, take);
  if (has_no_parts_) return take(text, text.size());
  cut_normalized(text, scratch);
  const std::string_view whole = scratch.text.text;
  for (const TextRange& piece : scratch.pieces.pieces) {
    if (piece.begin != piece.end) take(whole.substr(piece.begin, piece.end - piece.begin), whole.size() - piece.begin);
  }
}

// valid: bytes before the first ill-formed one.
template <class Take, class NextEnd>
void PieceCutter::cut_simply(std::string_view text, std::size_t valid, Take take, NextEnd next_end) {
  const char* p = text.data();
  const char *const end = p + text.size(), *const bad = p + valid;
  while (p < end) {
    const char* q = p < bad ? next_end(p, bad) : end;
    if (q == bad) q = end;
    take(std::string_view(p, static_cast<std::size_t>(q - p)), static_cast<std::size_t>(end - p));
    p = q;
  }
}

template <class Take>
void PieceCutter::cut_bytes(std::string_view text, Scratch& scratch, Take take) const {
  const std::size_t valid = utf8::valid_prefix(text);
  if (bytes_->is_simple()) {
    const Splitter* const splitter = bytes_->single();
    if (splitter == nullptr) return take(text, text.size());
    if (const Splitter::Scanner scanner = splitter->scanner()) return cut_simply(text, valid, take, scanner);
    return cut_simply(text, valid, take, [&](const char* p, const char* stop) {
      return p + splitter->next({text.data(), static_cast<std::size_t>(stop - text.data())}, static_cast<std::size_t>(p - text.data())).size;
    });
  }
  // One behind, since the last piece before a bad byte goes on.
  std::size_t last_end = 0;
  scratch.last.clear();
  if (valid != 0) {
    bytes_->cut(text.substr(0, valid), scratch.byte_level, [&](const ByteLevelChain::Cut& piece) {
      if (!scratch.last.empty()) take(std::string_view(scratch.last), scratch.last.size());
      scratch.last = piece.text;
      last_end = piece.begin + piece.text.size() - (piece.has_prefix ? 1 : 0);
    });
  }
  if (valid < text.size()) {
    if (last_end != valid || scratch.last.empty()) {
      if (!scratch.last.empty()) take(std::string_view(scratch.last), scratch.last.size());
      scratch.last = bytes_->adds_prefix_space() ? " " : "";
    }
    scratch.last += text.substr(valid);
  }
  if (!scratch.last.empty()) take(std::string_view(scratch.last), scratch.last.size());
}

// How a byte-level tokenizer.json says where text is cut: GPT-2's split is part of ByteLevel, any other comes before it.
std::vector<PreTokenizer> byte_level_pre_tokenizers(const std::optional<SplitPattern>& pattern, bool add_prefix_space);

}  // namespace quern
