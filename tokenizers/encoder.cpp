// Encoder: a pipeline's tokens, offsets trimmed, special tokens around them.
#include <algorithm>
#include <array>

#include "core/error.h"
#include "tokenizers/compiled.h"
#include "tokenizers/pipelines/pipeline.h"
#include "tokenizers/post_processors/truncation.h"
#include "tokenizers/tokenizer.h"

namespace quern {

struct Encoder::State {
  State(const Tokenizer& tokenizer_in, EncodeOptions options_in);

  void encode(std::string_view text, std::vector<TokenId>& ids);
  void encode(std::string_view text, Encoding& encoding);
  std::vector<Window> windows(std::span<const std::string_view> texts, bool with_offsets);
  std::vector<ScoredEncoding> nbest(std::string_view text, std::size_t k);
  void number_next(std::uint64_t number) { next_number_ = number; }
  const EncodeOptions& options() const { return options_; }

 private:
  void begin_text() {
    if (options_.sampling) pipeline_->begin_text(next_number_++);
  }
  void truncate(std::vector<TokenId>& ids, std::size_t from) const;
  // What stands behind the model, for the tokens from position `from` on.
  void finish(std::string_view text, Encoding& encoding, std::size_t from);
  // Of the tokens from position `from` on.
  void find_white_space(std::string_view text, const Encoding& encoding, std::size_t from,
                        std::vector<WhiteSpace>& white_space) const;

  const Tokenizer tokenizer_;
  const Tokenizer::Compiled& compiled_;
  const EncodeOptions options_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Pipeline> nbest_pipeline_;  // made when it is needed
  std::uint64_t next_number_ = 0;
  std::array<Encoding, 2> encodings_;
  std::array<std::vector<WhiteSpace>, 2> white_space_;
};

Encoder::State::State(const Tokenizer& tokenizer_in, EncodeOptions options_in)
    : tokenizer_(tokenizer_in), compiled_(tokenizer_.compiled()), options_(std::move(options_in)) {
  for (const std::string& name : options_.listed_specials) {
    const auto id = tokenizer_.id(name);
    if (!id || !tokenizer_.is_special(*id))
      throw Error(ErrorCode::usage, "\"" + name + "\" is not a special token of this tokenizer");
  }
  const bool needs_general = options_.sampling || (options_.words && !compiled_.pipeline->tells_words());
  pipeline_ = (needs_general ? compiled_.general_pipeline() : *compiled_.pipeline).start(compiled_, options_);
}

void Encoder::State::encode(std::string_view text, std::vector<TokenId>& ids) {
  const std::size_t from = ids.size();
  begin_text();
  pipeline_->encode(text, ids);
  if (options_.truncation) truncate(ids, from);
  if (options_.add_special) compiled_.post_processing.add_special(ids, from);
}

void Encoder::State::encode(std::string_view text, Encoding& encoding) {
  if (options_.truncation || options_.words) {
    const Window window = std::move(windows({&text, 1}, true).front());
    encoding.ids.insert(encoding.ids.end(), window.ids.begin(), window.ids.end());
    encoding.offsets.insert(encoding.offsets.end(), window.offsets.begin(), window.offsets.end());
    if (options_.words) encoding.words.insert(encoding.words.end(), window.words.begin(), window.words.end());
    return;
  }
  const std::size_t from = encoding.ids.size();
  begin_text();
  pipeline_->encode(text, encoding);
  finish(text, encoding, from);
}

void Encoder::State::finish(std::string_view text, Encoding& encoding, std::size_t from) {
  const PostProcessing& post = compiled_.post_processing;
  if (post.trims()) {
    const std::size_t count = encoding.ids.size() - from;
    find_white_space(text, encoding, from, white_space_[0]);
    post.trim_offsets(text, std::span(encoding.offsets).last(count), white_space_[0], options_.add_special);
  }
  if (!options_.add_special) return;
  post.add_special(encoding.ids, from);
  post.add_special(encoding.offsets, from);
  for (Surface& surface : encoding.surfaces) {
    if (surface.token >= from) surface.token += post.specials_before();
  }
}

std::vector<ScoredEncoding> Encoder::State::nbest(std::string_view text, std::size_t k) {
  if (!nbest_pipeline_) {
    EncodeOptions options = options_;
    options.sampling.reset();
    nbest_pipeline_ = compiled_.general_pipeline().start(compiled_, options);
  }
  std::vector<ScoredEncoding> list = nbest_pipeline_->nbest(text, k);
  for (ScoredEncoding& one : list) finish(text, one.encoding, 0);
  return list;
}

std::vector<Window> Encoder::State::windows(std::span<const std::string_view> texts, bool with_offsets) {
  const PostProcessing& post = compiled_.post_processing;
  begin_text();
  std::array<TextTokens, 2> tokens;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Encoding& encoding = encodings_[i];
    encoding.clear();
    if (with_offsets || options_.words) {
      pipeline_->encode(texts[i], encoding);
      if (post.trims()) find_white_space(texts[i], encoding, 0, white_space_[i]);
    } else {
      pipeline_->encode(texts[i], encoding.ids);
    }
    tokens[i] = {texts[i], encoding.ids, encoding.offsets, encoding.words, white_space_[i]};
  }
  return post.windows(std::span(tokens).first(texts.size()),
                      {.add_special = options_.add_special,
                       .truncation = options_.truncation ? &*options_.truncation : nullptr,
                       .overflow = options_.overflow,
                       .memory = options_.scratch_bytes});
}

// One text's window, where nothing but its ids is asked for.
void Encoder::State::truncate(std::vector<TokenId>& ids, std::size_t from) const {
  const std::size_t length = ids.size() - from;
  const std::size_t kept = compiled_.post_processing.kept_lengths({&length, 1}, *options_.truncation, options_.add_special)[0];
  count_windows(length, kept, options_.truncation->stride);
  const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(from);
  if (options_.truncation->direction == Side::left) std::copy(ids.end() - static_cast<std::ptrdiff_t>(kept), ids.end(), begin);
  ids.resize(from + kept);
}

void Encoder::State::find_white_space(std::string_view text, const Encoding& encoding, std::size_t from,
                                      std::vector<WhiteSpace>& white_space) const {
  white_space.clear();
  const std::size_t first_offset = encoding.offsets.size() - (encoding.ids.size() - from);
  for (std::size_t i = from; i < encoding.ids.size(); ++i) {
    const auto& [begin, end] = encoding.offsets[first_offset + i - from];
    const TokenId id = encoding.ids[i];
    white_space.push_back(compiled_.added[id] ? WhiteSpace::of_match(text.substr(begin, end - begin))
                                              : WhiteSpace::of_bytes(compiled_.bytes(id)));
  }
}

void Encoding::clear() { ids.clear(), offsets.clear(), words.clear(), surfaces.clear(); }

Encoder::Encoder(const Tokenizer& tokenizer, EncodeOptions options)
    : state_(std::make_unique<State>(tokenizer, std::move(options))) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;

void Encoder::encode(std::string_view text, std::vector<TokenId>& ids) { state_->encode(text, ids); }
void Encoder::encode(std::string_view text, Encoding& encoding) { state_->encode(text, encoding); }

std::vector<ScoredEncoding> Encoder::nbest(std::string_view text, std::size_t k) { return state_->nbest(text, k); }
void Encoder::number_next(std::uint64_t number) { state_->number_next(number); }

std::vector<Window> Encoder::windows(std::string_view text) {
  return state_->windows({&text, 1}, state_->options().offsets);
}
std::vector<Window> Encoder::windows(std::string_view first, std::string_view second) {
  const std::array<std::string_view, 2> texts = {first, second};
  return state_->windows(texts, state_->options().offsets);
}

}  // namespace quern
