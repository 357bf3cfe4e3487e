#include "tokenizers/pre_tokenizers/unicode_classes.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <vector>

#include "core/io/input.h"
#include "core/json.h"

using namespace quern;

namespace {

std::vector<bool> members(const std::vector<unicode::Range>& ranges) {
  std::vector<bool> set(0x110000);
  for (const unicode::Range& r : ranges) std::fill(set.begin() + r.first, set.begin() + r.last + 1, true);
  return set;
}

// "FIRST-LAST FIRST …" in hex.
std::vector<bool> members(const std::string& text) {
  std::vector<unicode::Range> ranges;
  for (const char* p = text.c_str(); *p != '\0';) {
    char* next = nullptr;
    const auto first = static_cast<char32_t>(std::strtoul(p, &next, 16));
    const auto last = *next == '-' ? static_cast<char32_t>(std::strtoul(next + 1, &next, 16)) : first;
    ranges.push_back({first, last});
    p = next + (*next == ' ');
  }
  return members(ranges);
}

}  // namespace

TEST_CASE("class bytes and class ranges tell the same story") {
  const std::pair<const char*, unsigned char> pairs[] = {
      {"L", unicode::kLetter}, {"N", unicode::kNumber}, {"space", unicode::kSpace}, {"M", unicode::kMark}};
  for (const auto& [name, bit] : pairs) {
    CAPTURE(name);
    const auto set = members(*unicode::class_ranges(name));
    char32_t c = 0;
    while (c < 0x110000 && ((unicode::char_class(c) & bit) != 0) == set[c]) ++c;
    CHECK(c == 0x110000);
  }
}

TEST_CASE("a class and its complement are everything, once") {
  for (const char* name : {"L", "Lu", "Cn", "Han", "space"}) {
    CAPTURE(name);
    const auto ranges = *unicode::class_ranges(name);
    const auto rest = unicode::complement(ranges);
    CHECK(unicode::complement(rest) == ranges);
    std::uint64_t total = 0;
    for (const auto& list : {ranges, rest}) {
      for (const unicode::Range& r : list) total += r.last - r.first + 1;
    }
    CHECK(total == 0x110000);
  }
}

TEST_CASE("an unknown class is no class") { CHECK_FALSE(unicode::class_ranges("Nd")); }

TEST_CASE("every code point is classed as the reference engines class it") {
  const char* fixtures = std::getenv("QUERN_FIXTURES");
  if (fixtures == nullptr) {
    WARN("skipped: QUERN_FIXTURES is not set");
    return;
  }
  const std::string path = std::string(fixtures) + "/tokenizers/norm/classes.json.xz";
  const Json classes = parse_json(read_file(path), path);
  for (const char* name : {"L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "P", "S", "Z", "Cc", "Cf", "Cn", "Han", "Hiragana",
                           "Katakana", "space"}) {
    CAPTURE(name);
    CHECK(members(*unicode::class_ranges(name)) == members(classes.at(std::string("hf_onig_") + name).get<std::string>()));
  }
}
