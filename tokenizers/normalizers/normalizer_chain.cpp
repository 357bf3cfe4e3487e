#include "tokenizers/normalizers/normalizer_chain.h"

#include <type_traits>
#include <utility>
#include <variant>

#include "core/error.h"
#include "tokenizers/normalizers/normalizer_step.h"

namespace quern {
namespace {

// What a thread keeps between texts: a chain runs to and fro between the caller's string and this one.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;
std::string& scratch() {
  thread_local std::string text;
  if (text.capacity() > kKeptBytes) text = std::string();
  return text;
}

}  // namespace

NormalizerChain::NormalizerChain(const std::vector<Normalizer>& parts, const std::vector<std::string>& untouched) {
  for (const Normalizer& part : parts) {
    steps_.push_back(std::visit(
        [&](const auto& p) {
          if constexpr (std::is_same_v<std::decay_t<decltype(p)>, SentencePieceNormalizer>) {
            if (parts.size() > 1) {
              throw Error(ErrorCode::unsupported, "SentencePiece's normalizer stands alone, not among others");
            }
            return make_step(p, untouched);
          } else {
            return make_step(p);
          }
        },
        part));
  }
}
NormalizerChain::~NormalizerChain() = default;
NormalizerChain::NormalizerChain(NormalizerChain&&) noexcept = default;

void NormalizerChain::normalize(std::string_view text, std::string& out) const {
  std::string& other = scratch();
  std::string* next = &out;  // not where the text so far is
  for (const auto& step : steps_) {
    if (!step->normalize(text, *next)) continue;
    text = *next;
    next = next == &out ? &other : &out;
  }
  if (text.data() == other.data()) {
    out.swap(other);
  } else if (text.data() != out.data()) {
    out.assign(text);
  }
}

void NormalizerChain::normalize(std::string_view text, NormalizedText& out) const {
  out.assign(text);
  for (const auto& step : steps_) step->normalize(out);
}

}  // namespace quern
