// What happens to the tokens of a text after the model: offsets trimmed, special tokens put around, one or two texts cut
// and arranged into windows.
//
//   const PostProcessing post(definition.post_processors);
//   post.add_special(ids, from);                     // one text, nothing but ids
//   post.windows(texts, {.add_special = true});      // all of it
//
// ByteLevel and RobertaProcessing trim; Roberta-, Bert- and TemplateProcessing add. Immutable after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/post_processors/white_space.h"
#include "tokenizers/post_processors/window.h"

namespace quern {

// The tokens of one text, as the model gave them.
struct TextTokens {
  std::string_view text;
  std::span<const TokenId> ids;
  std::span<const Offsets> offsets;         // may be empty, like the others: not asked for
  std::span<const std::int32_t> words;
  std::span<const WhiteSpace> white_space;  // not needed where nothing trims
};

struct WindowOptions {
  bool add_special = false;
  const Truncation* truncation = nullptr;  // max_length counts special tokens
  bool overflow = false;                   // windows of what was cut off, too
  // What all windows may take; overlapping windows of two texts multiply.
  std::uint64_t memory = ~std::uint64_t{0};
};

class PostProcessing {
 public:
  // Error{unsupported} when two parts add tokens, Error{format} for a template that names a token it does not have.
  explicit PostProcessing(const std::vector<PostProcessor>& parts);

  // The tokens from position `from` on are those of a text; their special tokens join them. A special token stands
  // nowhere in the text: its offsets are 0, 0.
  void add_special(std::vector<TokenId>& ids, std::size_t from) const;
  void add_special(std::vector<Offsets>& offsets, std::size_t from) const;
  std::size_t specials_before() const;  // how many of them stand before the text
  std::size_t count_special(std::size_t texts) const;  // around one text or two
  // How many tokens of each of one or two texts stay beside the special ones; Error{usage} when these alone are too many.
  std::vector<std::size_t> kept_lengths(std::span<const std::size_t> lengths, Truncation truncation,
                                        bool with_special) const;

  bool trims() const { return !trims_.empty(); }
  // The offsets of the first (or only) text, first token first; white_space: of each token. with_special: special tokens
  // come around it.
  void trim_offsets(std::string_view text, std::span<Offsets> offsets, std::span<const WhiteSpace> white_space,
                    bool with_special) const;

  // One text or two. The window that stays comes first, then those of what was cut off: each later window of the first
  // text with every window of the second, then the first one's first with each later one of the second. A part that is
  // not its text's first window has the type of its text (0 or 1), not the template's; RoBERTa's is 0 only where special
  // tokens are added. So in Hugging Face.
  std::vector<Window> windows(std::span<const TextTokens> texts, const WindowOptions& options) const;

  // Every id that may be added, for checking.
  std::vector<TokenId> special_ids() const;

 private:
  // A place in a window: a special token, or all tokens of a text.
  struct Place {
    std::optional<TokenId> special;  // absent: a text
    std::size_t text = 0;            // which
    TokenId type_id = 0;
    TokenId overflow_type_id = 0;  // of a text's later windows among special tokens
  };
  using Layout = std::vector<Place>;
  struct Trim {
    bool add_prefix_space = false;
    std::array<bool, 2> behind_special = {};  // a part before this one has put a special token before the text
  };
  class WindowMaker;

  static Layout layout_of(const std::vector<TemplatePiece>& pieces, const TemplatePostProcessor& part);
  // Of a token of texts[which]; begins_window: the first of them there.
  Offsets trimmed(std::string_view text, Offsets offsets, WhiteSpace space, bool begins_window, std::size_t which,
                  bool with_special) const;
  template <class Value, class OfSpecial>
  void arrange(std::vector<Value>& values, std::size_t from, OfSpecial of_special) const;

  std::vector<Trim> trims_;
  Layout single_ = {{{}, 0, 0, 0}}, pair_ = {{{}, 0, 0, 0}, {{}, 1, 1, 1}};
};

}  // namespace quern
