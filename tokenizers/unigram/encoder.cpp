#include "tokenizers/unigram/encoder.h"

#include "tokenizers/unigram/search.h"

namespace quern::unigram {

Encoder::Encoder(const UnigramModel& model) : flavour_(make_flavour(model)) {}
Encoder::Encoder(const SentencePieceModel& model) : flavour_(make_flavour(model)) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;

void Encoder::encode(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids) const {
  flavour_->encode(text, scratch, IdSink{ids});
}

void Encoder::encode(std::string_view text, Scratch& scratch, std::vector<ModelToken>& tokens) const {
  flavour_->encode(text, scratch, TokenSink{tokens});
}

bool Encoder::settle(std::string_view stretch, std::vector<TokenId>& ids) const { return flavour_->settle(stretch, ids); }

std::vector<Segmentation> Encoder::nbest(std::string_view text, std::size_t k) const { return flavour_->nbest(text, k); }

Segmentation Encoder::sample(std::string_view text, const SampleOptions& options, const Random& random,
                             std::uint32_t step) const {
  std::uint64_t element = 0;
  return flavour_->sample(text, options, [&] { return random.word(step, element++) * 0x1p-32; });
}

}  // namespace quern::unigram
