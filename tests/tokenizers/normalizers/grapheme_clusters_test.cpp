#include "tokenizers/normalizers/grapheme_clusters.h"

#include <unicode/brkiter.h>

#include <catch2/catch.hpp>
#include <memory>
#include <random>

#include "core/text/utf8.h"

using namespace quern;
using normalizers::GraphemeClusters;

namespace {

std::vector<std::size_t> ends(const std::string& text) {
  std::vector<std::size_t> list;
  const char *p = text.data(), *end = p + text.size();
  while (p < end) {
    p = GraphemeClusters::get().next(p, end);
    list.push_back(static_cast<std::size_t>(p - text.data()));
  }
  return list;
}

std::vector<std::size_t> icu_ends(icu::BreakIterator& iterator, const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  UText input = UTEXT_INITIALIZER;
  utext_openUTF8(&input, text.data(), static_cast<std::int64_t>(text.size()), &status);
  iterator.setText(&input, status);
  REQUIRE(U_SUCCESS(status));
  std::vector<std::size_t> list;
  for (auto at = iterator.next(); at != icu::BreakIterator::DONE; at = iterator.next())
    list.push_back(static_cast<std::size_t>(at));
  utext_close(&input);
  return list;
}

}  // namespace

TEST_CASE("a conjunct is one cluster (Unicode 15.1 and later)") {
  CHECK(ends("\u0915\u094D\u0937x") == std::vector<std::size_t>{9, 10});
  CHECK(ends("\u0915\u094D\u200D\u0937") == std::vector<std::size_t>{12});
  CHECK(ends("\u0915\u0937") == std::vector<std::size_t>{3, 6});
}

TEST_CASE("clusters end where ICU's do, but for conjuncts and flags") {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  REQUIRE(U_SUCCESS(status));
  const char32_t pool[] = {'a',    ' ',   '\r',   '\n',    0x1,     0xAD,   0xE9,   0x301,  0x316,  0x200C,
                           0x200D, 0x903, 0xE33,  0x600,   0x110BD, 0x1100, 0x1160, 0x11A8, 0xAC00, 0xAC01,
                           0x4E2D, 0xA9,  0x2764, 0x1F468, 0x1F3FB, 0xFE0F, 0x20E3, 0xE0020};
  std::mt19937 random(31);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto i = random() % 10; i > 0; --i) utf8::append(text, pool[random() % std::size(pool)]);
    REQUIRE(ends(text) == icu_ends(*iterator, text));
  }
}
