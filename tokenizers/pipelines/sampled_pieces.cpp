#include "tokenizers/pipelines/sampled_pieces.h"

#include "core/error.h"
#include "core/memory.h"
#include "core/rng.h"

namespace quern {
namespace {

// The draws of a text: 56 bits of its number, which is more than there are texts.
Draws draws_of(std::uint64_t seed, std::uint64_t text) {
  const auto site = static_cast<std::uint32_t>(text >> 32 & 0xFFFFFF);
  return {Random(seed, stream(StreamKind::tokenizer_sampling, site)), static_cast<std::uint32_t>(text)};
}

class Dropout final : public bpe::MergeObserver {
 public:
  Dropout(double probability, Verdict passed_over, Draws& draws)
      : probability_(probability), passed_over_(passed_over), draws_(draws) {}
  Verdict judge() override { return draws_.event(probability_) ? passed_over_ : Verdict::join; }

 private:
  const double probability_;
  const Verdict passed_over_;
  Draws& draws_;
};

template <class Encoder>
class SampledBpe final : public PieceModel {
 public:
  SampledBpe(const Encoder& encoder, bpe::MergeObserver::Verdict passed_over, const EncodeOptions& options)
      : encoder_(encoder),
        sampling_(*options.sampling),
        scratch_(options.scratch_bytes),
        draws_(draws_of(sampling_.seed, 0)),
        dropout_(sampling_.dropout, passed_over, draws_) {
    if (sampling_.alpha) throw Error(ErrorCode::usage, "a BPE model has no probabilities to sample by; its merges can be dropped out");
  }
  void begin_text(std::uint64_t number) override { draws_ = draws_of(sampling_.seed, number); }
  void encode(std::string_view piece, std::vector<ModelToken>& tokens) override {
    encoder_.encode(piece, scratch_, tokens, &dropout_);
  }

 private:
  const Encoder& encoder_;
  const Sampling sampling_;
  typename Encoder::Scratch scratch_;
  Draws draws_;
  Dropout dropout_;
};

class SampledUnigram final : public PieceModel {
 public:
  SampledUnigram(const unigram::Encoder& encoder, const EncodeOptions& options)
      : encoder_(encoder),
        sampling_(*options.sampling),
        memory_(options.scratch_bytes),
        draws_(draws_of(sampling_.seed, 0)) {}
  void begin_text(std::uint64_t number) override { draws_ = draws_of(sampling_.seed, number); }
  void encode(std::string_view piece, std::vector<ModelToken>& tokens) override {
    check_lattice_size(piece, memory_);
    const auto drawn = sampling_.alpha ? encoder_.sample(piece, {.alpha = *sampling_.alpha, .nbest = sampling_.nbest}, draws_)
                                       : encoder_.drop(piece, sampling_.dropout, draws_);
    tokens.insert(tokens.end(), drawn.tokens.begin(), drawn.tokens.end());
  }

 private:
  const unigram::Encoder& encoder_;
  const Sampling sampling_;
  const std::uint64_t memory_;
  Draws draws_;
};

}  // namespace

std::unique_ptr<PieceModel> start_sampling(const bpe::CharacterEncoder& encoder, const EncodeOptions& options) {
  return std::make_unique<SampledBpe<bpe::CharacterEncoder>>(encoder, bpe::MergeObserver::Verdict::later, options);
}
std::unique_ptr<PieceModel> start_sampling(const bpe::SentencePieceEncoder& encoder, const EncodeOptions& options) {
  return std::make_unique<SampledBpe<bpe::SentencePieceEncoder>>(encoder, bpe::MergeObserver::Verdict::never, options);
}
std::unique_ptr<PieceModel> start_sampling(const unigram::Encoder& encoder, const EncodeOptions& options) {
  return std::make_unique<SampledUnigram>(encoder, options);
}

void check_lattice_size(std::string_view piece, std::uint64_t memory) {
  constexpr std::uint64_t kPerByte = 512;  // some ten pieces begin at a place, each a node in two lists that grow
  if (piece.size() <= std::min<std::uint64_t>(memory / kPerByte, 0x7FFFFFF0 / 16)) return;
  throw Error(ErrorCode::memory, "all segmentations of a piece of " + format_size(piece.size()) + " need about " +
                                     format_size(piece.size() * kPerByte) + ", " + format_size(memory) + " allowed")
      .remedy("raise --memory, use fewer --threads, which share it, or split the text into shorter records");
}

}  // namespace quern
