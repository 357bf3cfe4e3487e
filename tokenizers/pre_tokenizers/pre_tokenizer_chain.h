// The pre-tokenizers of a definition, one after the other: a text in, its pieces out.
//
//   const PreTokenizerChain chain(definition.pre_tokenizers);
//   PreTokenizerChain::Scratch scratch;                     // per thread
//   chain.cut(text, scratch, [&](const PreTokenizerChain::Cut& piece) { … });
//
// The last part must be ByteLevel, and only that one: what follows would see bytes spelled out. Most tokenizers cut at
// one pattern and keep every piece as it is; for them single() is that pattern's splitter and cut() is never needed.
// Immutable after construction, so any number of threads may share it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/pre_tokenizers/split_pattern.h"

namespace quern {

class PreTokenizerChain {
 public:
  explicit PreTokenizerChain(const std::vector<PreTokenizer>& parts);  // Error{unsupported} for another order of parts

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
    std::vector<std::pair<std::size_t, std::size_t>> pieces, next;
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
  static void apply(const Split& split, std::string_view text, std::size_t begin,
                    std::vector<std::pair<std::size_t, std::size_t>>& pieces);

  std::vector<Split> splits_;      // before the last one
  std::optional<Splitter> last_;   // keeps every piece: ByteLevel's own, or a lone Split before it
  bool add_prefix_space_ = false;  // to each piece of splits_ that does not begin with a space, before last_
};

template <class Take>
void PreTokenizerChain::cut(std::string_view text, Scratch& scratch, Take take) const {
  scratch.pieces.assign(1, {0, text.size()});
  for (const Split& split : splits_) {
    scratch.next.clear();
    for (const auto& [begin, end] : scratch.pieces) apply(split, text.substr(begin, end - begin), begin, scratch.next);
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
