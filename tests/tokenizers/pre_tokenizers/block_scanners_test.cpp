// Sixty-four bytes at once against the scanners, which are checked against the patterns themselves elsewhere.
#include "tokenizers/pre_tokenizers/block_scanners.h"

#include <catch2/catch.hpp>

#include <string>

#include "tests/tokenizers/generated_text.h"

namespace quern {
namespace {

using Scan = const char* (*)(const char* p, const char* end);
using Block = block_scanners::Mask (*)(const char* p, const char* end);

struct Told {
  std::size_t by_block = 0, by_scanner = 0;
};

// Cuts a text by blocks where they tell something, and checks each cut.
Told check_cuts(const std::string& text, Scan scan, Block block) {
  Told told;
  const char *p = text.data(), *end = p + text.size();
  while (p < end) {
    const block_scanners::Mask begins = block(p, end);
    REQUIRE((begins & 1) == 0);
    const char* const from = p;
    for (int bit = 1; bit < 64; ++bit) {
      if (!(begins >> bit & 1)) continue;
      CAPTURE(text, from - text.data(), bit, begins);
      REQUIRE(scan(p, end) == from + bit);
      p = from + bit;
      ++told.by_block;
    }
    if (begins == 0) p = scan(p, end), ++told.by_scanner;
  }
  return told;
}

// Mostly ASCII, dense in what patterns trip over.
std::string ascii_text(test::GeneratedText& generated, std::size_t fragments) {
  static constexpr std::string_view kFragments[] = {" ",   "  ",  "    ", "a",  "the", "It",  "'s", "'S",  "'ll", "'LL", "'re", "'Ve", "'",   "''",
                                                    "'l",  "'r",  "1",    "12", "123", "12345678", "!",  "?!", "...", "-",   "\"",  "(",   "\n",  "\r\n",
                                                    "\t",  "\x01", "\x7F", "_",  "internationalization", "d", "m", "é", "ſ", "中", ",", "."};
  std::string text;
  for (std::size_t i = 0; i < fragments; ++i) text += kFragments[generated.below(std::size(kFragments))];
  return text;
}

}  // namespace

TEST_CASE("blocks of ASCII have each byte in one class, and what is not there in none") {
  for (std::size_t size : {0, 1, 63, 64, 65, 200}) {
    for (int first = 0; first < 256; first += 64) {
      std::string text;
      for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(first + static_cast<int>(i));
      const AsciiBlock block = AsciiBlock::read(text.data(), text.size());
      for (std::size_t i = 0; i < AsciiBlock::kSize; ++i) {
        CAPTURE(size, first, i);
        const auto has = [i](std::uint64_t mask) { return (mask >> i & 1) != 0; };
        const int c = i < size ? static_cast<unsigned char>(text[i]) : 0x100;
        CHECK(has(block.letters) == ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')));
        CHECK(has(block.digits) == (c >= '0' && c <= '9'));
        CHECK(has(block.spaces) == (c == ' '));
        CHECK(has(block.white) == (c >= 9 && c <= 13));
        CHECK(has(block.controls) == ((c < 9 || (c > 13 && c < 32) || c == 127)));
        CHECK(has(block.apostrophes) == (c == '\''));
        CHECK(has(block.others) == (c >= 0x80));
        CHECK(has(block.letters) + has(block.digits) + has(block.spaces) + has(block.white) + has(block.controls) + has(block.others) + has(block.symbols()) == 1);
      }
    }
  }
}

TEST_CASE("GPT-2's and cl100k's pieces of sixty-four bytes are those told one by one") {
  test::GeneratedText generated(21);
  Told gpt2, cl100k;
  const auto add = [](Told& sum, const Told& more) { sum.by_block += more.by_block, sum.by_scanner += more.by_scanner; };
  for (int i = 0; i < 6000; ++i) {
    const std::string text = i % 3 == 0 ? generated.valid_utf8(generated.below(60)) : ascii_text(generated, generated.below(90));
    add(gpt2, check_cuts(text, scanners::gpt2, block_scanners::gpt2));
    add(cl100k, check_cuts(text, scanners::cl100k, block_scanners::cl100k));
    check_cuts(text, scanners::cl100k_hf, block_scanners::cl100k);
  }
  // Blocks tell most of it, or they would be of no use.
  CHECK(gpt2.by_block > 2 * gpt2.by_scanner);
  CHECK(cl100k.by_block > cl100k.by_scanner);
}

TEST_CASE("a piece that ends at the edge of a block is cut there, whatever stands at the edge") {
  test::GeneratedText generated(22);
  const std::string edges[] = {"a", " ", "  ", "'s", "'", "'ll", "'lx", "1", "12", "1234", "!", " !", "\n", "é", ""};
  for (std::size_t before = 50; before < 70; ++before) {
    for (const std::string& edge : edges) {
      for (const std::string& behind : edges) {
        for (const char fill : {'a', '1', '!', ' '}) {
          const std::string text = "x " + std::string(before, fill) + edge + behind + "y z";
          check_cuts(text, scanners::gpt2, block_scanners::gpt2);
          check_cuts(text, scanners::cl100k, block_scanners::cl100k);
        }
      }
    }
  }
}

}  // namespace quern
