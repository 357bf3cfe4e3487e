#include "core/text/utf8.h"

#include <catch2/catch.hpp>
#include <random>

#include "core/json.h"
#include "tests/core/text/naive_utf8.h"
#include "tests/support/reference_data.h"

namespace utf8 = quern::utf8;

namespace {

// Which function disagrees with the naive decoder; one assertion for all, as Catch's are slow.
std::string disagreement(const std::string& text) {
  const auto expected = quern::naive::decode(text);
  std::uint64_t count = 7;
  if (utf8::is_valid(text) != (expected.count == 0)) return "is_valid";
  if (utf8::valid_prefix(text) != expected.valid_prefix) return "valid_prefix";
  if (utf8::replace_invalid(text, &count) != expected.replaced) return "replace_invalid";
  if (count != 7 + expected.count) return "replace_invalid's count";
  if (utf8::count_code_points(expected.replaced) != expected.code_points) return "count_code_points";
  if (expected.count == 0) return "";
  return utf8::maximal_subpart(text, expected.valid_prefix) != expected.first_subpart ? "maximal_subpart" : "";
}

void check_against_naive(const std::string& text) {
  if (const std::string function = disagreement(text); !function.empty()) {
    FAIL(function << " is wrong for the " << text.size() << " bytes "
                  << Catch::StringMaker<std::string>::convert(text));
  }
}

// Text with words of several scripts, and faults with the given odds: cut sequences, stray bytes, surrogates, overlong
// forms.
std::string generate(std::mt19937& random, std::size_t pieces, double fault) {
  static const std::string kGood[] = {"stone ", "naïve ", "磨粉机", "ひき臼", "맷돌", "жернов ", "🌾", "𐍈", "\n"};
  static const std::string kBad[] = {"\x80",     "\xC0\x80",         "\xE7\xA3", "\xED\xA0\x80",
                                     "\xF0\x9F", "\xF4\x90\x80\x80", "\xFF"};
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) {
    const bool broken = std::uniform_real_distribution<>()(random) < fault;
    text += broken ? kBad[random() % std::size(kBad)] : kGood[random() % std::size(kGood)];
  }
  return text;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace

TEST_CASE("the naive decoder itself knows the examples of the Unicode standard") {
  // Unicode 15, tables 3-8 to 3-11.
  const std::string r = "\uFFFD";
  CHECK(quern::naive::decode("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41").replaced == r + r + r + r + r + r + r + r + "A");
  CHECK(quern::naive::decode("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41").replaced == r + r + r + r + r + r + r + r + "A");
  CHECK(quern::naive::decode("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42").replaced == r + r + r + r + r + "A" + r + r + "B");
  CHECK(quern::naive::decode("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41").replaced == r + r + r + r + "A");
}

TEST_CASE("every sequence of up to two bytes is judged like the naive decoder does") {
  check_against_naive("");
  for (int a = 0; a < 256; ++a) {
    check_against_naive({static_cast<char>(a)});
    for (int b = 0; b < 256; ++b) check_against_naive({static_cast<char>(a), static_cast<char>(b)});
  }
}

TEST_CASE("the edges of every lead byte's range are found") {
  const int edges[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xF0, 0xFF};
  for (int lead = 0xC0; lead < 0x100; ++lead) {
    for (const int second : edges) {
      for (const int third : edges) {
        for (const int fourth : edges) {
          check_against_naive({static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third),
                               static_cast<char>(fourth)});
        }
      }
    }
  }
}

TEST_CASE("one fault is found wherever it stands, across the vector validator's blocks") {
  std::mt19937 random(1);
  const std::string text = generate(random, 400, 0);
  for (std::size_t at = 0; at <= text.size(); at += 1 + at / 300) {
    check_against_naive(std::string(text).insert(at, "\xE7\xA3"));
    check_against_naive(text.substr(0, at));
  }
}

TEST_CASE("text with any share of faults is replaced like the naive decoder does") {
  std::mt19937 random(2);
  for (const double fault : {0.0, 0.0005, 0.05, 0.5, 1.0}) {
    for (int round = 0; round < 12; ++round) check_against_naive(generate(random, random() % 3000, fault));
  }
  check_against_naive(generate(random, 60000, 0.00005));
}

TEST_CASE("the code for every instruction set judges alike") {
  std::mt19937 random(5);
  for (int round = 0; round < 1000; ++round) {
    const std::string text = generate(random, 100, round % 2 == 0 ? 0.0 : 0.01);
    const bool expected = quern::naive::decode(text).count == 0;
    for (const quern::Isa level : {quern::Isa::baseline, quern::Isa::avx2, quern::Isa::avx512}) {
      if (level <= quern::isa()) REQUIRE(utf8::is_valid(text, level) == expected);
    }
  }
}

TEST_CASE("decoding and appending give back every code point, and U+FFFD for what is none") {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c == 0xD800) c = 0xE000;
    std::string text;
    utf8::append(text, c);
    const char* p = text.data();
    if (utf8::decode(p) != c || p != text.data() + text.size()) FAIL("U+" << std::hex << static_cast<unsigned>(c));
  }
  for (const char32_t c : {0xD800, 0xDFFF, 0x110000}) {
    std::string text;
    utf8::append(text, c);
    CHECK(text == "\uFFFD");
  }
}

TEST_CASE("invalid UTF-8 is replaced as in the reference list") {
  if (!quern::reference_data::fixtures_available()) return;
  const std::string file = quern::reference_data::read_fixture("tokenizers/invalid_utf8.jsonl");
  const auto lines = quern::reference_data::lines(file);
  for (const std::string_view line : lines) {
    const quern::Json json = quern::parse_json(line, "invalid_utf8.jsonl");
    const std::string bytes = from_hex(json["hex"]);
    INFO(json["hex"]);
    CHECK(utf8::is_valid(bytes) == json["valid"]);
    CHECK(utf8::replace_invalid(bytes) == json["replaced"]);
    check_against_naive(bytes);
  }
  CHECK(lines.size() == 158);
}
