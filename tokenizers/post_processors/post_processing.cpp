#include "tokenizers/post_processors/post_processing.h"

#include <algorithm>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern {
namespace {

using Layout = std::vector<std::optional<TokenId>>;

Layout layout_of(const RobertaPostProcessor& part) { return {part.cls.second, std::nullopt, part.sep.second}; }

Layout layout_of(const TemplatePostProcessor& part) {
  Layout layout;
  for (const TemplatePiece& piece : part.single) {
    if (piece.kind != TemplatePiece::Kind::special) {
      layout.push_back(std::nullopt);
      continue;
    }
    for (const auto& special : part.specials) {
      if (special.name == piece.special) layout.insert(layout.end(), special.ids.begin(), special.ids.end());
    }
  }
  return layout;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Position `count` characters behind at, but not beyond limit.
std::size_t advance(std::string_view text, std::size_t at, std::size_t count, std::size_t limit) {
  for (; count > 0 && at < limit; --count) {
    do ++at;
    while (at < limit && is_continuation(text[at]));
  }
  return at;
}

// Position `count` characters before at, but not before limit; nothing when the text has not as many before it.
std::optional<std::size_t> retreat(std::string_view text, std::size_t at, std::size_t count, std::size_t limit) {
  for (; count > 0; --count) {
    if (at == 0) return std::nullopt;
    do --at;
    while (at > 0 && is_continuation(text[at]));
  }
  return std::max(at, limit);
}

}  // namespace

PostProcessing::WhiteSpace PostProcessing::WhiteSpace::of_bytes(std::string_view token) {
  const std::size_t first = token.find_first_not_of(' ');
  if (first == token.npos) return {token.size(), token.size()};
  return {first, token.size() - 1 - token.find_last_not_of(' ')};
}

PostProcessing::WhiteSpace PostProcessing::WhiteSpace::of_match(std::string_view text) {
  constexpr char32_t kSpelledSpace = 0x120;
  WhiteSpace space;
  bool at_start = true;
  for (const char *p = text.data(), *end = p + text.size(); p < end;) {
    const char32_t c = utf8::decode(p);
    const bool is_space = c == kSpelledSpace || (unicode::char_class(c) & unicode::kSpace) != 0;
    at_start = at_start && is_space;
    if (at_start) ++space.leading;
    space.trailing = is_space ? space.trailing + 1 : 0;
  }
  return space;
}

PostProcessing::PostProcessing(const std::vector<PostProcessor>& parts) {
  int adding = 0;
  for (const PostProcessor& part : parts) {
    if (const auto* byte_level = std::get_if<ByteLevelPostProcessor>(&part)) {
      if (byte_level->trim_offsets) trims_.push_back(byte_level->add_prefix_space);
    } else if (const auto* roberta = std::get_if<RobertaPostProcessor>(&part)) {
      if (roberta->trim_offsets) trims_.push_back(roberta->add_prefix_space);
      layout_ = layout_of(*roberta), ++adding;
    } else if (const auto* bert = std::get_if<BertPostProcessor>(&part)) {
      layout_ = {bert->cls.second, std::nullopt, bert->sep.second}, ++adding;
    } else {
      layout_ = layout_of(std::get<TemplatePostProcessor>(part)), ++adding;
    }
  }
  if (adding > 1) throw Error(ErrorCode::unsupported, "two post-processors that add special tokens cannot be used yet");
}

template <class Value, class OfSpecial>
void PostProcessing::arrange(std::vector<Value>& values, std::size_t from, OfSpecial of_special) const {
  if (layout_.size() == 1 && !layout_[0]) return;
  const std::vector<Value> text(values.begin() + static_cast<std::ptrdiff_t>(from), values.end());
  values.resize(from);
  for (const auto& place : layout_) {
    if (place) {
      values.push_back(of_special(*place));
    } else {
      values.insert(values.end(), text.begin(), text.end());
    }
  }
}

void PostProcessing::add_special(std::vector<TokenId>& ids, std::size_t from) const {
  arrange(ids, from, [](TokenId id) { return id; });
}

void PostProcessing::add_special(std::vector<Offsets>& offsets, std::size_t from) const {
  arrange(offsets, from, [](TokenId) { return Offsets{0, 0}; });
}

// Hugging Face's process_offsets, which counts characters.
void PostProcessing::trim_offsets(std::string_view text, std::vector<Offsets>& offsets, std::size_t from,
                                  const std::vector<WhiteSpace>& white_space) const {
  for (const bool add_prefix_space : trims_) {
    for (std::size_t i = 0; i < white_space.size(); ++i) {
      auto& [begin, end] = offsets[from + i];
      auto [leading, trailing] = white_space[i];
      // A single space at the very beginning is the one that was put there.
      const bool is_first = i == 0 || begin == 0;
      if (is_first && add_prefix_space && leading == 1) leading = 0;
      if (leading > 0) begin = advance(text, begin, leading, end);
      if (trailing > 0) end = retreat(text, end, trailing, begin).value_or(end);
    }
  }
}

}  // namespace quern
