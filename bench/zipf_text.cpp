// Text of any length from a seed, whose words grow in number as those of natural text do, for benchmarks that need more of it
// than one wants to store.
//
//   zipf_text KIND BYTES [SEED]        KIND: english, no-space
//
// A word's rank is drawn log-uniformly from the first 20,000 (Zipf's law), and one in seven times from a Pareto tail above them
// (exponent 1.7), so distinct words grow like the 0.59th power of the text (Heaps' law), without end. How a word is spelled
// follows from its rank alone: syllables, or ideographs of the basic block, frequent ones more often. english has spaces and
// punctuation; no-space has sentences of ideographs with commas and full stops only, as Chinese. Writes whole lines until
// BYTES are reached. The same arguments give the same bytes (with one
// mathematical library).
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/io/output.h"

namespace {

// Steele et al. 2014.
struct SplitMix {
  std::uint64_t state;
  std::uint64_t next() {
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }
  double uniform() { return static_cast<double>((next() >> 11) + 1) * 0x1p-53; }  // in (0, 1]
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  // 0 … n - 1, each with a probability like 1 / (1 + value).
  std::uint64_t zipf(std::uint64_t n) { return static_cast<std::uint64_t>(std::exp(uniform() * std::log(static_cast<double>(n) + 1)) - 1) % n; }
};

constexpr std::uint64_t kHead = 20000;
constexpr double kTailExponent = 1.7;

std::uint64_t draw_rank(SplitMix& random) {
  if (random.below(7) != 0) return random.zipf(kHead);
  const double tail = static_cast<double>(kHead) * std::pow(random.uniform(), -1 / (kTailExponent - 1));
  return tail < 1e15 ? static_cast<std::uint64_t>(tail) : std::uint64_t{1000000000000000};
}

void append_english(std::string& to, std::uint64_t rank) {
  static constexpr std::array<const char*, 24> onsets = {"t", "s", "", "d", "n", "r", "m", "l", "c", "p", "b", "f", "h", "w", "g", "st", "th", "v", "pr", "tr", "sh", "ch", "k", "br"};
  static constexpr std::array<const char*, 10> vowels = {"e", "a", "i", "o", "u", "ea", "io", "ou", "ai", "y"};
  static constexpr std::array<const char*, 12> codas = {"", "n", "r", "s", "t", "l", "d", "ng", "st", "m", "ck", "nt"};
  SplitMix spelling{rank * 0xD1B54A32D192ED03u + 1};
  const std::uint64_t syllables = rank < 60 ? 1 : 1 + spelling.below(rank < 2000 ? 2 : 3) + (rank >= kHead ? 1 : 0);
  for (std::uint64_t i = 0; i < syllables; ++i) {
    to += onsets[spelling.zipf(onsets.size())];
    to += vowels[spelling.zipf(vowels.size())];
    to += codas[spelling.zipf(codas.size())];
  }
}

void append_ideograph(std::string& to, std::uint64_t rank) {
  const auto code = static_cast<std::uint32_t>(0x4E00 + rank * 7919 % 20000);  // 7919 and 20000 share no factor
  to += static_cast<char>(0xE0 | code >> 12);
  to += static_cast<char>(0x80 | (code >> 6 & 0x3F));
  to += static_cast<char>(0x80 | (code & 0x3F));
}

void append_ideographs(std::string& to, std::uint64_t rank) {
  SplitMix spelling{rank * 0xD1B54A32D192ED03u + 2};
  if (rank < 1500) return append_ideograph(to, rank);
  const std::uint64_t length = 2 + spelling.below(rank < kHead ? 2 : 3);
  for (std::uint64_t i = 0; i < length; ++i) append_ideograph(to, spelling.zipf(6000));
}

void append_english_line(std::string& to, SplitMix& random) {
  for (std::uint64_t words = 10 + random.below(60), i = 0; i < words; ++i) {
    if (i > 0) to += random.below(9) == 0 ? ", " : " ";
    append_english(to, draw_rank(random));
  }
  to += ".\n";
}

void append_ideograph_line(std::string& to, SplitMix& random) {
  for (std::uint64_t words = 20 + random.below(120), i = 0; i < words; ++i) {
    if (i > 0 && random.below(9) == 0) to += random.below(3) == 0 ? "。" : "，";
    append_ideographs(to, draw_rank(random));
  }
  to += "。\n";
}

bool parse(const char* text, std::uint64_t& value) {
  const char* const end = text + std::string_view(text).size();
  return std::from_chars(text, end, value).ptr == end && end != text;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t bytes = 0, seed = 1;
  const std::string_view kind = argc > 1 ? argv[1] : "";
  if ((kind != "english" && kind != "no-space") || argc < 3 || !parse(argv[2], bytes) || (argc > 3 && !parse(argv[3], seed))) {
    std::fputs("usage: zipf_text english|no-space BYTES [SEED]\n", stderr);
    return 2;
  }
  try {
    quern::Output out = quern::Output::to_stdout();
    SplitMix random{seed};
    for (std::string line; out.bytes_written() < bytes; line.clear()) {
      if (kind == "english") {
        append_english_line(line, random);
      } else {
        append_ideograph_line(line, random);
      }
      out.write(line);
    }
    out.commit();
  } catch (const quern::Error& error) {
    std::fprintf(stderr, "zipf_text: %s\n", error.describe().c_str());
    return 1;
  } catch (const quern::BrokenPipe&) {
    return 1;
  }
}
