// Windows made equally long.
//
//   const std::size_t length = padded_length(longest, padding);    // of a batch, by its first windows
//   for (Window& window : windows) pad(window, length, padding);
#pragma once

#include <cstddef>

#include "tokenizers/definition/post_processors.h"
#include "tokenizers/post_processors/window.h"

namespace quern {

// padding.length, or where that is 0 the longest of the batch; then up to the multiple.
std::size_t padded_length(std::size_t longest, const Padding& padding);

// A window that is longer already stays as it is.
void pad(Window& window, std::size_t length, const Padding& padding);

}  // namespace quern
