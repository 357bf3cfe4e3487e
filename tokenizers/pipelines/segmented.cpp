#include "tokenizers/pipelines/segmented.h"

#include <algorithm>

#include "core/text/utf8.h"
#include "tokenizers/compiled.h"
#include "tokenizers/pipelines/active_tokens.h"
#include "tokenizers/pipelines/general.h"
#include "tokenizers/pipelines/segment_encoder.h"

namespace quern {
namespace {

std::unique_ptr<const CompiledSegments> make_segments(const TokenizerDefinition& definition) {
  if (auto segments = make_metaspace_bpe(definition)) return segments;
  // What stands in the raw text does not tell which added tokens the normalized text will hold.
  const auto& added = definition.added_tokens;
  if (std::any_of(added.begin(), added.end(), [](const AddedToken& token) { return token.normalized; })) return nullptr;
  if (auto segments = make_unigram_words(definition)) return segments;
  return make_bert_word_piece(definition);
}

// Added tokens that are looked for in normalized text, as the raw text would have to spell them at least in part. Where one
// of these stands, the text goes the long way.
std::vector<AddedToken> suspicions_of(const std::vector<AddedToken>& normalized) {
  std::vector<AddedToken> suspicions;
  constexpr std::string_view kMark = "\u2581";
  for (const AddedToken& token : normalized) {
    AddedToken suspicion{.id = token.id, .content = token.content, .special = token.special};
    while (suspicion.content.starts_with(kMark)) suspicion.content.erase(0, kMark.size());
    suspicion.content.resize(std::min(suspicion.content.find(kMark), suspicion.content.size()));
    suspicions.push_back(std::move(suspicion));
  }
  return suspicions;
}

class CompiledSegmented final : public CompiledPipeline {
 public:
  explicit CompiledSegmented(std::unique_ptr<const CompiledSegments> segments_in) : segments(std::move(segments_in)) {}
  std::unique_ptr<Pipeline> start(const Tokenizer::Compiled& tokenizer, const EncodeOptions& options) const override;

  const std::unique_ptr<const CompiledSegments> segments;
};

class SegmentedPipeline final : public Pipeline {
 public:
  SegmentedPipeline(const CompiledSegmented& compiled, const Tokenizer::Compiled& tokenizer, const EncodeOptions& options)
      : tokenizer_(tokenizer),
        options_(options),
        segments_(compiled.segments->start(options)),
        raw_(tokenizer.raw_tokens, tokenizer, options),
        suspicions_(suspicions_of(tokenizer.normalized_added)),
        suspicion_finder_(pointers_to(suspicions_)),
        suspects_(suspicion_finder_, tokenizer, options) {}

  void encode(std::string_view text, std::vector<TokenId>& ids) override {
    if (is_suspect(text) || !(options_.text_is_valid || utf8::is_valid(text))) return general().encode(text, ids);
    cuts_.clear();
    raw_.cut(text, 0, text.size(), cuts_);
    for (const TextSegment& cut : cuts_) {
      if (cut.token) {
        ids.push_back(cut.token->id);
      } else {
        segments_->encode(text.substr(cut.begin, cut.end - cut.begin), cut.begin == 0, ids);
      }
    }
  }
  void encode(std::string_view text, Encoding& encoding) override { general().encode(text, encoding); }

 private:
  Pipeline& general() {
    if (!general_) general_ = tokenizer_.general_pipeline().start(tokenizer_, options_);
    return *general_;
  }

  bool is_suspect(std::string_view text) {
    if (suspects_.none() || text.empty()) return false;
    cuts_.clear();
    suspects_.cut(text, 0, text.size(), cuts_);
    return std::any_of(cuts_.begin(), cuts_.end(), [](const TextSegment& cut) { return cut.token != nullptr; });
  }

  const Tokenizer::Compiled& tokenizer_;
  const EncodeOptions options_;
  std::unique_ptr<Pipeline> general_;  // made when it is needed
  const std::unique_ptr<SegmentEncoder> segments_;
  const ActiveTokens raw_;
  const std::vector<AddedToken> suspicions_;
  const AddedTokenFinder suspicion_finder_;
  const ActiveTokens suspects_;
  std::vector<TextSegment> cuts_;
};

std::unique_ptr<Pipeline> CompiledSegmented::start(const Tokenizer::Compiled& tokenizer, const EncodeOptions& options) const {
  return std::make_unique<SegmentedPipeline>(*this, tokenizer, options);
}

}  // namespace

std::unique_ptr<const CompiledPipeline> make_segmented_pipeline(const TokenizerDefinition& definition) {
  auto segments = make_segments(definition);
  if (!segments) return make_general_pipeline(definition);
  return std::make_unique<CompiledSegmented>(std::move(segments));
}

}  // namespace quern
