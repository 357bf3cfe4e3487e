// The pre-tokenizers of a byte-level tokenizer, one after the other: a text in, its pieces out, as bytes.
//
//   const ByteLevelChain chain(definition.pre_tokenizers);
//   ByteLevelChain::Scratch scratch;                     // per thread
//   chain.cut(text, scratch, [&](const ByteLevelChain::Cut& piece) { … });
//
// The last part must be ByteLevel, and only that one: what follows would see bytes spelled out. Most tokenizers cut at
// one pattern and keep every piece as it is; for them single() is that pattern's splitter and cut() is never needed.
// Immutable after construction, so any number of threads may share it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/pre_tokenizers/split_behavior.h"

namespace quern {

class ByteLevelChain {
 public:
  explicit ByteLevelChain(const std::vector<PreTokenizer>& parts);  // Error{unsupported} for another order of parts

  // Whether pieces are just the text, cut: by single(), or not at all where that is null.
  bool is_simple() const { return !add_prefix_space_ && splits_.empty(); }
  const Splitter* single() const { return last_ ? &*last_ : nullptr; }
  bool adds_prefix_space() const { return add_prefix_space_; }

  struct Cut {
    std::string_view text;
    std::size_t begin = 0;    // where it stands in the text given in
    bool has_prefix = false;  // text[0] is a space that was put before text[begin]
  };
  struct Scratch {
    std::vector<TextRange> pieces, next;
    std::string prefixed;
  };
  // text: valid UTF-8, not empty.
  template <class Take>  // take(const Cut&)
  void cut(std::string_view text, Scratch& scratch, Take take) const;

 private:
  struct Split {
    Splitter splitter;
    SplitBehavior behavior;
    bool invert;
  };

  std::vector<Split> splits_;      // before the last one
  std::optional<Splitter> last_;   // keeps every piece: ByteLevel's own, or a lone Split before it
  bool add_prefix_space_ = false;  // to each piece of splits_ that does not begin with a space, before last_
};

template <class Take>
void ByteLevelChain::cut(std::string_view text, Scratch& scratch, Take take) const {
  scratch.pieces.assign(1, TextRange{0, text.size()});
  for (const Split& split : splits_) {
    scratch.next.clear();
    const auto next = [&](std::string_view part, std::size_t at) { return split.splitter.next(part, at); };
    for (const auto& [begin, end] : scratch.pieces) {
      cut_at_matches(text.substr(begin, end - begin), begin, split.behavior, split.invert, next, scratch.next);
    }
    scratch.pieces.swap(scratch.next);
  }
  for (const auto& [begin, end] : scratch.pieces) {
    std::string_view part = text.substr(begin, end - begin);
    std::size_t prefix = 0;
    if (add_prefix_space_ && part.front() != ' ') {
      scratch.prefixed.assign(1, ' ').append(part);
      part = scratch.prefixed;
      prefix = 1;
    }
    for (std::size_t at = 0; at < part.size();) {
      const std::size_t size = last_ ? last_->next(part, at).size : part.size();
      const bool has_prefix = prefix == 1 && at == 0;
      take(Cut{part.substr(at, size), begin + at - (has_prefix ? 0 : prefix), has_prefix});
      at += size;
    }
  }
}

}  // namespace quern
