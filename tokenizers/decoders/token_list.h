// The texts of a list of tokens, in one string: what decoders rewrite.
//
//   TokenList tokens;
//   tokens.add("▁the"), tokens.add("▁mill");
//   tokens[1];                                  // "▁mill"
//   tokens.text();                              // "▁the▁mill"
//
// A token may also be written piece by piece: open() gives the end of the string, close() ends the token there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quern {

class TokenList {
 public:
  void add(std::string_view token) { text_ += token, close(); }
  std::string& open() { return text_; }
  void close() { ends_.push_back(text_.size()); }
  void clear() { text_.clear(), ends_.clear(); }

  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  const std::string& text() const { return text_; }  // of all, joined
  std::string take_text() && { return std::move(text_); }

 private:
  std::string text_;
  std::vector<std::size_t> ends_;
};

}  // namespace quern
