// Texts for tests, made of what split patterns trip over: contractions in every case, digit runs, line ends of every
// kind, unusual white space, marks, CJK, emoji. The same seed gives the same texts everywhere.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace quern::test {

class GeneratedText {
 public:
  explicit GeneratedText(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }

  std::string valid_utf8(std::size_t fragments) {
    static constexpr std::string_view kFragments[] = {
        " ", " ", "  ", "   ", "\n", "\r", "\r\n", "\n\n", "\t", "\v", "\f", "\xC2\x85", "\xC2\xA0", "\xE2\x80\x83", "\xE2\x80\xA8",
        "\xE3\x80\x80", "\xE1\x9A\x80", "'", "'s", "'S", "'t", "'RE", "'re", "'Re", "'ve", "'vE", "'ll", "'LL", "'lL", "'l", "'m", "'D",
        "'\xC5\xBF", "\xC5\xBF", "a", "b", "the", "The", "THE", "McDonald", "iPhone", "x", "0", "1", "12", "123", "1234", "99999",
        "\xD9\xA3", "\xC2\xBD", "\xE2\x85\xA7", "\xE2\x91\xA2", "!", "?!", "...", "/", "//", "/\n", "-", "\"", "(", "_", "\xE2\x80\x94",
        "\xEF\xBC\x8C", "\xE3\x80\x82", "\xE4\xB8\xAD", "\xE4\xB8\xAD\xE6\x96\x87", "\xE6\xB1\x89\xE5\xAD\x97\xE9\xBF\xBF", "\xE3\x81\x82",
        "\xE3\x82\xAB\xE3\x83\xBC", "\xE3\x82\x99", "\xE3\x83\xBB", "\xED\x95\x9C\xEA\xB5\xAD", "\xED\x9E\xA3", "\xF0\xA0\x80\x80",
        "\xF0\x9F\x99\x82", "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", "\xE2\x80\x8D", "\xCC\x81", "e\xCC\x81", "\xC3\xA9", "\xC3\x89",
        "\xD0\x96\xD0\xB8", "\xCE\xA3", "\xC7\x85", "\xCA\xB0", "\xE0\xA4\x95\xE0\xA5\x8D", "\xEF\xBB\xBF", "\xE2\x80\x8B", "\xEF\xBF\xBD",
    };
    std::string text;
    for (std::size_t i = 0; i < fragments; ++i) {
      if (below(16) == 0) {
        append(text, code_point());
      } else {
        text += kFragments[below(std::size(kFragments))];
      }
    }
    return text;
  }

  // Any bytes, mostly not UTF-8, out of a few values so that patterns repeat.
  std::string bytes(std::size_t size) {
    static constexpr std::string_view kBytes = "aabbc \xE4\xB8\xAD\xFF\x80";
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += kBytes[below(kBytes.size())];
    return text;
  }

  char32_t code_point() {
    static constexpr char32_t kLimits[] = {0x80, 0x800, 0x3000, 0x10000, 0x20000, 0x110000};
    const char32_t c = static_cast<char32_t>(below(kLimits[below(std::size(kLimits))]));
    return c >= 0xD800 && c < 0xE000 ? U'\uFFFD' : c;
  }

  static void append(std::string& text, char32_t c) {
    const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    } else {
      put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    }
  }

 private:
  std::mt19937 random_;
};

}  // namespace quern::test
