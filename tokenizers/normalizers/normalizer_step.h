// One normalizer of a chain. Immutable, shared by threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition/normalizers.h"
#include "tokenizers/normalizers/normalized_text.h"

namespace quern {

class NormalizerStep {
 public:
  virtual ~NormalizerStep() = default;

  // True: out is the normalized text. False: it is `text` as it stands, and out is left in any state.
  virtual bool normalize(std::string_view text, std::string& out) const = 0;
  virtual void normalize(NormalizedText& text) const = 0;
};

std::unique_ptr<const NormalizerStep> make_step(const BertNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const UnicodeNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const LowercaseNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const StripNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const StripAccentsNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const NmtNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const ReplaceNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const PrependNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const PrecompiledNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const ByteLevelNormalizer& part);
std::unique_ptr<const NormalizerStep> make_step(const SentencePieceNormalizer& part,
                                                const std::vector<std::string>& untouched);

}  // namespace quern
