#include "tokenizers/normalizers/normalizer_chain.h"

#include <utility>

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

template <class Part>
std::unique_ptr<const NormalizerStep> compile(const Part& part) {
  if constexpr (requires { make_step(part); }) {
    return make_step(part);
  } else {
    throw Error(ErrorCode::unsupported, "this normalizer is not built yet");
  }
}

}  // namespace

NormalizerChain::NormalizerChain(const std::vector<Normalizer>& parts, const std::vector<std::string>& untouched) {
  (void)untouched;
  for (const Normalizer& part : parts) {
    steps_.push_back(std::visit([](const auto& p) { return compile(p); }, part));
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
