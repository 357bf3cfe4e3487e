// The normalizers of a definition, ready to run one after the other.
//
//   const NormalizerChain chain(definition.normalizers);
//   std::string out;
//   chain.normalize("Straße 5", out);              // fast: text alone
//   NormalizedText aligned;
//   chain.normalize("Straße 5", aligned);          // and where each byte came from
//
// Text is valid UTF-8, except before SentencePiece's normalizer, which turns every malformed byte into U+FFFD itself.
// Immutable, shared by any number of threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition/normalizers.h"
#include "tokenizers/normalizers/normalized_text.h"

namespace quern {

class NormalizerStep;

class NormalizerChain {
 public:
  // `untouched`: what SentencePiece's normalizer must let through as it is, the user-defined pieces of its model.
  // Error{format} when a map of rules is damaged, Error{usage} when an expression does not compile.
  explicit NormalizerChain(const std::vector<Normalizer>& parts, const std::vector<std::string>& untouched = {});
  ~NormalizerChain();
  NormalizerChain(NormalizerChain&&) noexcept;

  bool is_identity() const { return steps_.empty(); }
  void normalize(std::string_view text, std::string& out) const;  // out must not hold text
  void normalize(std::string_view text, NormalizedText& out) const;

 private:
  std::vector<std::unique_ptr<const NormalizerStep>> steps_;
};

}  // namespace quern
