#include "tokenizers/pipelines/active_tokens.h"

#include <algorithm>

#include "tokenizers/compiled.h"

namespace quern {

ActiveTokens::ActiveTokens(const AddedTokenFinder& finder, const Tokenizer::Compiled& tokenizer,
                           const EncodeOptions& options)
    : finder_(finder) {
  using Specials = EncodeOptions::Specials;
  auto specials = options.specials;
  if (specials == Specials::by_format) specials = tokenizer.definition.specials_in_text ? Specials::all : Specials::none;
  const auto is_listed = [&](TokenId id) {
    return std::any_of(options.listed_specials.begin(), options.listed_specials.end(), [&](const std::string& name) {
      return tokenizer.ids.find(name) == id;
    });
  };
  for (const AddedToken* token : finder_.tokens()) {
    active_.push_back(!token->special || specials == Specials::all ||
                      (specials == Specials::listed && is_listed(token->id)));
  }
  none_ = std::find(active_.begin(), active_.end(), true) == active_.end();
}

void ActiveTokens::cut(std::string_view text, std::size_t begin, std::size_t end,
                       std::vector<TextSegment>& segments) const {
  if (begin == end) return;
  if (none_) {
    segments.push_back({begin, end, nullptr});
  } else {
    finder_.cut(text, begin, end, active_, segments);
  }
}

}  // namespace quern
