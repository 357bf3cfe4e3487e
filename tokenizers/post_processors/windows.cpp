// PostProcessing::windows: one or two texts cut to a length and arranged.
#include <algorithm>
#include <string>

#include "core/error.h"
#include "tokenizers/post_processors/post_processing.h"
#include "tokenizers/post_processors/truncation.h"

namespace quern {

void Window::reserve(std::size_t tokens) {
  ids.reserve(tokens), type_ids.reserve(tokens), attention_mask.reserve(tokens), special_mask.reserve(tokens);
  offsets.reserve(tokens), words.reserve(tokens), sequences.reserve(tokens);
}

class PostProcessing::WindowMaker {
 public:
  WindowMaker(const PostProcessing& post, std::span<const TextTokens> texts, const WindowOptions& options)
      : post_(post), texts_(texts), options_(options), layout_(texts.size() > 1 ? post.pair_ : post.single_) {}

  std::vector<Window> make() {
    choose_kept();
    count();
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      ranges_[i] = cut_into_windows(texts_[i].ids.size(), kept_[i], stride(), direction());
      if (!options_.overflow) ranges_[i].resize(1);
    }
    std::vector<Window> windows;
    for (const Choice& choice : choices()) windows.push_back(window_of(choice));
    return windows;
  }

 private:
  using Choice = std::vector<std::size_t>;  // of the windows of the text at each of the layout's text places

  std::size_t stride() const { return options_.truncation ? options_.truncation->stride : 0; }
  Side direction() const { return options_.truncation ? options_.truncation->direction : Side::right; }

  void choose_kept() {
    for (const TextTokens& text : texts_) kept_.push_back(text.ids.size());
    if (options_.truncation == nullptr) return;
    kept_ = post_.kept_lengths(std::vector<std::size_t>(kept_), *options_.truncation, options_.add_special);
  }

  // Windows share tokens and multiply, so what they take is known only here.
  void count() const {
    if (!options_.overflow) return;
    constexpr double kPerToken = 3 * sizeof(TokenId) + 2 + sizeof(Offsets) + 2 * sizeof(std::int32_t);
    double windows = 1;
    for (const Place& place : layout_) {
      if (place.special) continue;
      windows *= static_cast<double>(count_windows(texts_[place.text].ids.size(), kept_[place.text], stride()));
    }
    double tokens = static_cast<double>(layout_.size());
    for (std::size_t i = 0; i < texts_.size(); ++i) tokens += static_cast<double>(std::max<std::size_t>(kept_[i], 1));
    if (windows * tokens * kPerToken > static_cast<double>(options_.memory)) {
      throw Error(ErrorCode::memory, std::to_string(static_cast<std::uint64_t>(windows)) +
                                         " windows of one record do not fit the memory allowed")
          .remedy("choose a smaller stride, or cut only one text of a pair");
    }
  }

  // As merging one part after the other gives them: see windows() in the header.
  std::vector<Choice> choices() const {
    Choice first;
    std::vector<Choice> later;
    for (const Place& place : layout_) {
      if (place.special) continue;
      const std::size_t windows = ranges_[place.text].size();
      std::vector<Choice> grown;
      const auto grow = [&](const Choice& choice, std::size_t window) {
        grown.push_back(choice);
        grown.back().push_back(window);
      };
      for (const Choice& choice : later) {
        for (std::size_t window = 0; window < windows; ++window) grow(choice, window);
      }
      for (std::size_t window = 1; window < windows; ++window) grow(first, window);
      first.push_back(0);
      later.swap(grown);
    }
    later.insert(later.begin(), std::move(first));
    return later;
  }

  Window window_of(const Choice& choice) const {
    Window window;
    std::size_t size = 0, next = 0;
    for (const Place& place : layout_) {
      const std::size_t text_place = place.special ? 0 : next++;
      size += place.special ? 1 : ranges_[place.text][choice[text_place]].end - ranges_[place.text][choice[text_place]].begin;
    }
    window.reserve(size);
    next = 0;
    for (const Place& place : layout_) {
      if (!place.special) {
        append_text(window, place, choice[next++]);
      } else if (options_.add_special) {
        window.ids.push_back(*place.special);
        append(window, 1, place.type_id, 1, -1);
        window.offsets.emplace_back(0, 0);
        window.words.push_back(-1);
      }
    }
    return window;
  }

  void append_text(Window& window, const Place& place, std::size_t number) const {
    const TextTokens& text = texts_[place.text];
    const auto [begin, end] = ranges_[place.text][number];
    const std::size_t size = end - begin;
    window.ids.insert(window.ids.end(), text.ids.begin() + begin, text.ids.begin() + end);
    const TokenId later_type = options_.add_special ? place.overflow_type_id : static_cast<TokenId>(place.text);
    append(window, size, number == 0 ? place.type_id : later_type, 0, static_cast<std::int32_t>(place.text));
    if (text.words.empty()) {
      window.words.insert(window.words.end(), size, -1);
    } else {
      window.words.insert(window.words.end(), text.words.begin() + begin, text.words.begin() + end);
    }
    if (text.offsets.empty()) {
      window.offsets.insert(window.offsets.end(), size, {0, 0});
    } else if (!post_.trims()) {
      window.offsets.insert(window.offsets.end(), text.offsets.begin() + begin, text.offsets.begin() + end);
    } else {
      for (std::size_t i = begin; i < end; ++i) {
        window.offsets.push_back(post_.trimmed(text.text, text.offsets[i], text.white_space[i], i == begin, place.text,
                                               options_.add_special));
      }
    }
  }

  // What is the same for all tokens of a text, or for a special one.
  static void append(Window& window, std::size_t size, TokenId type_id, std::uint8_t special, std::int32_t sequence) {
    window.type_ids.insert(window.type_ids.end(), size, type_id);
    window.attention_mask.insert(window.attention_mask.end(), size, 1);
    window.special_mask.insert(window.special_mask.end(), size, special);
    window.sequences.insert(window.sequences.end(), size, sequence);
  }

  const PostProcessing& post_;
  const std::span<const TextTokens> texts_;
  const WindowOptions& options_;
  const Layout& layout_;
  std::vector<std::size_t> kept_;
  std::array<std::vector<TokenRange>, 2> ranges_;
};

std::vector<std::size_t> PostProcessing::kept_lengths(std::span<const std::size_t> lengths, Truncation truncation,
                                                      bool with_special) const {
  const std::size_t special = with_special ? count_special(lengths.size()) : 0;
  if (truncation.max_length < special) {
    throw Error(ErrorCode::usage, "a length of " + std::to_string(truncation.max_length) + " has no room for the " +
                                      std::to_string(special) + " special tokens");
  }
  truncation.max_length -= special;
  return truncated_lengths(lengths, truncation);
}

std::vector<Window> PostProcessing::windows(std::span<const TextTokens> texts, const WindowOptions& options) const {
  return WindowMaker(*this, texts, options).make();
}

}  // namespace quern
