#include "tokenizers/post_processors/padding.h"

namespace quern {

std::size_t padded_length(std::size_t longest, const Padding& padding) {
  const std::size_t length = padding.length > 0 ? padding.length : longest;
  const std::size_t multiple = padding.pad_to_multiple_of;
  const std::size_t rest = multiple > 0 ? length % multiple : 0;
  return rest > 0 ? length + multiple - rest : length;
}

void pad(Window& window, std::size_t length, const Padding& padding) {
  if (window.size() >= length) return;
  const std::size_t missing = length - window.size();
  const auto fill = [&](auto& list, auto value) {
    list.insert(padding.direction == Side::left ? list.begin() : list.end(), missing, value);
  };
  fill(window.ids, padding.pad_id);
  fill(window.type_ids, padding.pad_type_id);
  fill(window.attention_mask, std::uint8_t{0});
  fill(window.special_mask, std::uint8_t{1});
  fill(window.offsets, Offsets{0, 0});
  fill(window.words, std::int32_t{-1});
  fill(window.sequences, std::int32_t{-1});
}

}  // namespace quern
