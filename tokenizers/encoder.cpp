// Encoder: a pipeline's tokens, offsets trimmed, special tokens around them.
#include "core/error.h"
#include "tokenizers/compiled.h"
#include "tokenizers/pipelines/pipeline.h"
#include "tokenizers/tokenizer.h"

namespace quern {

struct Encoder::State {
  State(const Tokenizer& tokenizer_in, EncodeOptions options_in);

  void encode(std::string_view text, std::vector<TokenId>& ids);
  void encode(std::string_view text, Encoding& encoding);

 private:
  void trim(std::string_view text, Encoding& encoding, std::size_t from);

  const Tokenizer tokenizer_;
  const Tokenizer::Compiled& compiled_;
  const EncodeOptions options_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<PostProcessing::WhiteSpace> white_space_;
};

Encoder::State::State(const Tokenizer& tokenizer_in, EncodeOptions options_in)
    : tokenizer_(tokenizer_in), compiled_(tokenizer_.compiled()), options_(std::move(options_in)) {
  for (const std::string& name : options_.listed_specials) {
    const auto id = tokenizer_.id(name);
    if (!id || !tokenizer_.is_special(*id))
      throw Error(ErrorCode::usage, "\"" + name + "\" is not a special token of this tokenizer");
  }
  pipeline_ = compiled_.pipeline->start(compiled_, options_);
}

void Encoder::State::encode(std::string_view text, std::vector<TokenId>& ids) {
  const std::size_t from = ids.size();
  pipeline_->encode(text, ids);
  if (options_.add_special) compiled_.post_processing.add_special(ids, from);
}

void Encoder::State::encode(std::string_view text, Encoding& encoding) {
  const std::size_t from = encoding.ids.size();
  pipeline_->encode(text, encoding);
  if (compiled_.post_processing.trims()) trim(text, encoding, from);
  if (!options_.add_special) return;
  compiled_.post_processing.add_special(encoding.ids, from);
  compiled_.post_processing.add_special(encoding.offsets, from);
}

void Encoder::State::trim(std::string_view text, Encoding& encoding, std::size_t from) {
  white_space_.clear();
  const std::size_t first_offset = encoding.offsets.size() - (encoding.ids.size() - from);
  for (std::size_t i = from; i < encoding.ids.size(); ++i) {
    const auto& [begin, end] = encoding.offsets[first_offset + i - from];
    using WhiteSpace = PostProcessing::WhiteSpace;
    const TokenId id = encoding.ids[i];
    white_space_.push_back(compiled_.added[id] ? WhiteSpace::of_match(text.substr(begin, end - begin))
                                               : WhiteSpace::of_bytes(compiled_.bytes(id)));
  }
  compiled_.post_processing.trim_offsets(text, encoding.offsets, first_offset, white_space_);
}

Encoder::Encoder(const Tokenizer& tokenizer, EncodeOptions options)
    : state_(std::make_unique<State>(tokenizer, std::move(options))) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;

void Encoder::encode(std::string_view text, std::vector<TokenId>& ids) { state_->encode(text, ids); }
void Encoder::encode(std::string_view text, Encoding& encoding) { state_->encode(text, encoding); }

}  // namespace quern
