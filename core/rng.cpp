#include "core/rng.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace quern {
namespace {

using Block = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
constexpr Key key_of(std::uint64_t seed) { return {low(seed), high(seed)}; }

// The block that holds `element` in lane element & 3.
Block block(std::uint64_t seed, std::uint32_t stream, std::uint32_t step, std::uint64_t element) {
  const std::uint64_t number = element >> 2;
  return philox4x32_10({low(number), high(number), step, stream}, key_of(seed));
}

// Small domains are widened to 2^8 values: a Feistel network over two bits reaches only a few of the permutations of
// four things. (Over its whole domain a network gives even permutations only; nothing here can tell.)
constexpr int kSmallestHalf = 4;
constexpr std::uint32_t kRounds = 6;

// Draws never set the top bit of the second counter word (element >> 2 has 62 bits), so a permutation may share its
// stream with them.
std::uint32_t feistel_round(std::uint64_t half, std::uint32_t round, std::uint64_t seed, std::uint32_t stream) {
  return philox4x32_10({low(half), 0x80000000u, round, stream}, key_of(seed))[0];
}

}  // namespace

Block philox4x32_10(Block c, Key k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * c[0], b = std::uint64_t{0xCD9E8D57} * c[2];
    c = {high(b) ^ c[1] ^ k[0], low(b), high(a) ^ c[3] ^ k[1], low(a)};
    k = {k[0] + 0x9E3779B9u, k[1] + 0xBB67AE85u};
  }
  return c;
}

std::uint32_t Random::word(std::uint32_t step, std::uint64_t element) const {
  return block(seed_, stream_, step, element)[element & 3];
}

float Random::uniform(std::uint32_t step, std::uint64_t element) const {
  return static_cast<float>(word(step, element) >> 8) * 0x1p-24f;
}

bool Random::event(std::uint32_t step, std::uint64_t element, double probability) const {
  const double threshold = std::floor(std::clamp(probability, 0.0, 1.0) * 0x1p32 + 0.5);
  return word(step, element) < static_cast<std::uint64_t>(threshold);
}

std::uint32_t Random::below(std::uint32_t step, std::uint64_t element, std::uint64_t n) const {
  return high(word(step, element) * n);
}

float Random::normal(std::uint32_t step, std::uint64_t element) const {
  const Block words = block(seed_, stream_, step, element);
  const std::size_t pair = element & 2;
  const double radius = std::sqrt(-2.0 * std::log((words[pair] + 1.0) * 0x1p-32));
  const double angle = 2.0 * std::numbers::pi * (words[pair + 1] * 0x1p-32);
  return static_cast<float>(radius * ((element & 1) == 0 ? std::cos(angle) : std::sin(angle)));
}

Permutation::Permutation(std::uint64_t n, std::uint64_t seed, std::uint32_t stream)
    : n_(n), seed_(seed), stream_(stream) {
  const int bits = n > 1 ? static_cast<int>(std::bit_width(n - 1)) : 0;
  half_bits_ = std::max(kSmallestHalf, (bits + 1) / 2);
}

std::uint64_t Permutation::operator()(std::uint64_t position) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  do {
    std::uint64_t left = position >> half_bits_, right = position & mask;
    for (std::uint32_t round = 0; round < kRounds; ++round) {
      const std::uint64_t mixed = left ^ (feistel_round(right, round, seed_, stream_) & mask);
      left = right, right = mixed;
    }
    position = left << half_bits_ | right;
  } while (position >= n_);
  return position;
}

std::uint64_t Permutation::inverse(std::uint64_t element) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  do {
    std::uint64_t left = element >> half_bits_, right = element & mask;
    for (std::uint32_t round = kRounds; round-- > 0;) {
      const std::uint64_t mixed = right ^ (feistel_round(left, round, seed_, stream_) & mask);
      right = left, left = mixed;
    }
    element = left << half_bits_ | right;
  } while (element >= n_);
  return element;
}

}  // namespace quern
