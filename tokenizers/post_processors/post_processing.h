// What happens to the tokens of a text after the model: offsets trimmed, special tokens put around.
//
//   const PostProcessing post(definition.post_processors);
//   post.trim_offsets(text, encoding, from, white_space);     // always
//   post.add_special(ids, from);                               // when special tokens are asked for
//
// ByteLevel and RobertaProcessing trim, RobertaProcessing and TemplateProcessing add. Immutable after construction.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizers/definition.h"

namespace quern {

using Offsets = std::pair<std::size_t, std::size_t>;

class PostProcessing {
 public:
  // Error{unsupported} when two parts add tokens.
  explicit PostProcessing(const std::vector<PostProcessor>& parts);

  // The tokens from position `from` on are those of a text; their special tokens join them. A special token stands
  // nowhere in the text: its offsets are 0, 0.
  void add_special(std::vector<TokenId>& ids, std::size_t from) const;
  void add_special(std::vector<Offsets>& offsets, std::size_t from) const;

  bool trims() const { return !trims_.empty(); }
  // How many white-space characters a token begins and ends with.
  struct WhiteSpace {
    std::size_t leading = 0, trailing = 0;
    static WhiteSpace of_bytes(std::string_view token);  // of the model: spaces count, nothing else does
    static WhiteSpace of_match(std::string_view text);   // an added token as it was found, with what it took along
  };
  // The offsets of one text, bytes into `text`, first token first; white_space: of each token.
  void trim_offsets(std::string_view text, std::vector<Offsets>& offsets, std::size_t from,
                    const std::vector<WhiteSpace>& white_space) const;

  // Every id that may be added, for checking.
  const std::vector<std::optional<TokenId>>& layout() const { return layout_; }

 private:
  template <class Value, class OfSpecial>
  void arrange(std::vector<Value>& values, std::size_t from, OfSpecial of_special) const;

  std::vector<bool> trims_;                                      // one per trimming part: its add_prefix_space
  std::vector<std::optional<TokenId>> layout_ = {std::nullopt};  // nothing: the text's own tokens
};

}  // namespace quern
