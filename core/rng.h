// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
//
// A number is a pure function of (seed, stream, step, element), so any thread may compute any of them and results do
// not depend on how work is divided. Words are those of cuRAND: curand_init(seed, uint64(stream) << 32 | step, element).
//
//   const Random random(seed, stream(StreamKind::corpus_sampling));
//   if (random.event(step, element, p)) …
//
//   key = (lo32(seed), hi32(seed)); counter = (lo32(e >> 2), hi32(e >> 2), step, stream); word(e) = output[e & 3]
#pragma once

#include <array>
#include <cstdint>

namespace quern {

// One block: ten rounds over a 128-bit counter under a 64-bit key.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

enum class StreamKind : std::uint32_t {
  initialisation = 1,
  dropout = 2,
  masking = 3,
  shuffling = 4,
  stochastic_rounding = 5,
  text_sampling = 6,
  noise_words = 7,
  augmentation = 8,
  corpus_sampling = 9,
  tokenizer_sampling = 10,
  word2vec = 11,
};

// kind << 24 | site: a site is one place that draws (a parameter's number, a call in forward order).
constexpr std::uint32_t stream(StreamKind kind, std::uint32_t site = 0) {
  return static_cast<std::uint32_t>(kind) << 24 | site;
}

class Random {
 public:
  Random(std::uint64_t seed, std::uint32_t stream) : seed_(seed), stream_(stream) {}

  std::uint32_t word(std::uint32_t step, std::uint64_t element) const;
  float uniform(std::uint32_t step, std::uint64_t element) const;                        // [0, 1), 24 bits
  bool event(std::uint32_t step, std::uint64_t element, double probability) const;       // word < floor(p 2^32 + 0.5)
  std::uint32_t below(std::uint32_t step, std::uint64_t element, std::uint64_t n) const;  // [0, n), n ≤ 2^32
  float normal(std::uint32_t step, std::uint64_t element) const;                         // Box–Muller on lane pairs

 private:
  std::uint64_t seed_;
  std::uint32_t stream_;
};

// Draws one after the other, where how many there will be is not known before: elements 0, 1, … of one step.
class Draws {
 public:
  Draws(Random random, std::uint32_t step) : random_(random), step_(step) {}
  double uniform() { return random_.word(step_, element_++) * 0x1p-32; }  // [0, 1), 32 bits
  bool event(double probability) { return random_.event(step_, element_++, probability); }

 private:
  Random random_;
  std::uint32_t step_;
  std::uint64_t element_ = 0;
};

// A keyed permutation of [0, n): balanced Feistel network with Philox as round function, cycle walking down to n.
// Any position is found in constant expected time and memory.
class Permutation {
 public:
  Permutation(std::uint64_t n, std::uint64_t seed, std::uint32_t stream);
  std::uint64_t operator()(std::uint64_t position) const;  // position < n
  std::uint64_t inverse(std::uint64_t element) const;

 private:
  std::uint64_t n_;
  std::uint64_t seed_;
  std::uint32_t stream_;
  int half_bits_;
};

}  // namespace quern
