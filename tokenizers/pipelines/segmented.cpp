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
  return make_metaspace_bpe(definition);
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

std::vector<const AddedToken*> pointers_to(const std::vector<AddedToken>& tokens) {
  std::vector<const AddedToken*> pointers;
  for (const AddedToken& token : tokens) pointers.push_back(&token);
  return pointers;
}

class CompiledSegmented final : public CompiledPipeline {
 public:
  CompiledSegmented(const TokenizerDefinition& definition, std::unique_ptr<const CompiledSegments> segments_in)
      : general(make_general_pipeline(definition)), segments(std::move(segments_in)) {}
  std::unique_ptr<Pipeline> start(const Tokenizer::Compiled& tokenizer, const EncodeOptions& options) const override;

  const std::unique_ptr<const CompiledPipeline> general;
  const std::unique_ptr<const CompiledSegments> segments;
};

class SegmentedPipeline final : public Pipeline {
 public:
  SegmentedPipeline(const CompiledSegmented& compiled, const Tokenizer::Compiled& tokenizer, const EncodeOptions& options)
      : general_(compiled.general->start(tokenizer, options)),
        segments_(compiled.segments->start(options)),
        raw_(tokenizer.raw_tokens, tokenizer, options),
        suspicions_(suspicions_of(tokenizer.normalized_added)),
        suspicion_finder_(pointers_to(suspicions_)),
        suspects_(suspicion_finder_, tokenizer, options) {}

  void encode(std::string_view text, std::vector<TokenId>& ids) override {
    if (is_suspect(text) || !utf8::is_valid(text)) return general_->encode(text, ids);
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
  void encode(std::string_view text, Encoding& encoding) override { general_->encode(text, encoding); }

 private:
  bool is_suspect(std::string_view text) {
    if (suspects_.none() || text.empty()) return false;
    cuts_.clear();
    suspects_.cut(text, 0, text.size(), cuts_);
    return std::any_of(cuts_.begin(), cuts_.end(), [](const TextSegment& cut) { return cut.token != nullptr; });
  }

  const std::unique_ptr<Pipeline> general_;
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
  return std::make_unique<CompiledSegmented>(definition, std::move(segments));
}

}  // namespace quern
