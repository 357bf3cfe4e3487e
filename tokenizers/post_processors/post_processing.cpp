#include "tokenizers/post_processors/post_processing.h"

#include <algorithm>

#include "core/error.h"

namespace quern {
namespace {

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

PostProcessing::PostProcessing(const std::vector<PostProcessor>& parts) {
  int adding = 0;
  std::array<bool, 2> behind_special = {};
  for (const PostProcessor& part : parts) {
    if (const auto* byte_level = std::get_if<ByteLevelPostProcessor>(&part)) {
      if (byte_level->trim_offsets) trims_.push_back({byte_level->add_prefix_space, behind_special});
      continue;
    }
    ++adding;
    if (const auto* roberta = std::get_if<RobertaPostProcessor>(&part)) {
      if (roberta->trim_offsets) trims_.push_back({roberta->add_prefix_space, behind_special});
      const Place cls{roberta->cls.second, 0, 0, 0}, sep{roberta->sep.second, 0, 0, 0};
      single_ = {cls, {{}, 0, 0, 0}, sep};
      pair_ = {cls, {{}, 0, 0, 0}, sep, sep, {{}, 1, 0, 0}, sep};
      behind_special = {true, true};
    } else if (const auto* bert = std::get_if<BertPostProcessor>(&part)) {
      const Place cls{bert->cls.second, 0, 0, 0}, sep{bert->sep.second, 0, 0, 0};
      single_ = {cls, {{}, 0, 0, 0}, sep};
      pair_ = {cls, {{}, 0, 0, 0}, sep, {{}, 1, 1, 1}, {bert->sep.second, 0, 1, 1}};
      behind_special = {true, false};
    } else {
      const auto& pieces = std::get<TemplatePostProcessor>(part);
      single_ = layout_of(pieces.single, pieces);
      pair_ = layout_of(pieces.pair, pieces);
    }
  }
  if (adding > 1) throw Error(ErrorCode::unsupported, "two post-processors that add special tokens cannot be used");
}

PostProcessing::Layout PostProcessing::layout_of(const std::vector<TemplatePiece>& pieces,
                                                 const TemplatePostProcessor& part) {
  Layout layout;
  for (const TemplatePiece& piece : pieces) {
    if (piece.kind != TemplatePiece::Kind::special) {
      const std::size_t text = piece.kind == TemplatePiece::Kind::sequence_a ? 0 : 1;
      layout.push_back({{}, text, piece.type_id, static_cast<TokenId>(text)});
      continue;
    }
    const auto special = std::find_if(part.specials.begin(), part.specials.end(),
                                      [&](const auto& one) { return one.name == piece.special; });
    if (special == part.specials.end()) {
      throw Error(ErrorCode::format, "the template names \"" + piece.special + "\", which is not among its special tokens");
    }
    for (const TokenId id : special->ids) layout.push_back({id, 0, piece.type_id, piece.type_id});
  }
  return layout;
}

template <class Value, class OfSpecial>
void PostProcessing::arrange(std::vector<Value>& values, std::size_t from, OfSpecial of_special) const {
  if (single_.size() == 1 && !single_[0].special) return;
  const std::vector<Value> text(values.begin() + static_cast<std::ptrdiff_t>(from), values.end());
  values.resize(from);
  for (const Place& place : single_) {
    if (place.special) {
      values.push_back(of_special(*place.special));
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

std::size_t PostProcessing::specials_before() const {
  const auto text = std::find_if(single_.begin(), single_.end(), [](const Place& place) { return !place.special; });
  return static_cast<std::size_t>(text - single_.begin());
}

std::size_t PostProcessing::count_special(std::size_t texts) const {
  const Layout& layout = texts > 1 ? pair_ : single_;
  return static_cast<std::size_t>(
      std::count_if(layout.begin(), layout.end(), [](const Place& place) { return place.special.has_value(); }));
}

std::vector<TokenId> PostProcessing::special_ids() const {
  std::vector<TokenId> ids;
  for (const Layout* layout : {&single_, &pair_}) {
    for (const Place& place : *layout) {
      if (place.special) ids.push_back(*place.special);
    }
  }
  return ids;
}

void PostProcessing::trim_offsets(std::string_view text, std::span<Offsets> offsets,
                                  std::span<const WhiteSpace> white_space, bool with_special) const {
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    offsets[i] = trimmed(text, offsets[i], white_space[i], i == 0, 0, with_special);
  }
}

// Hugging Face's process_offsets, which counts characters.
Offsets PostProcessing::trimmed(std::string_view text, Offsets offsets, WhiteSpace space, bool begins_window,
                                std::size_t which, bool with_special) const {
  auto& [begin, end] = offsets;
  for (const Trim& trim : trims_) {
    // A single space at the very beginning is the one that was put there.
    const bool is_first = (begins_window && !(with_special && trim.behind_special[which])) || begin == 0;
    const std::size_t leading = is_first && trim.add_prefix_space && space.leading == 1 ? 0 : space.leading;
    if (leading > 0) begin = advance(text, begin, leading, end);
    if (space.trailing > 0) end = retreat(text, end, space.trailing, begin).value_or(end);
  }
  return offsets;
}

}  // namespace quern
