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

Segmentation Encoder::sample(std::string_view text, const SampleOptions& options, Draws& draws) const {
  return flavour_->sample(text, options, [&] { return draws.uniform(); });
}

Segmentation Encoder::drop(std::string_view text, double probability, Draws& draws) const {
  return flavour_->drop(text, [&] { return draws.event(probability); });
}

}  // namespace quern::unigram
