#include <catch2/catch.hpp>

#include <random>

#include "tokenizers/added_tokens.h"

namespace quern {
namespace {

std::string cut(const std::vector<AddedToken>& tokens, std::string_view text, std::vector<bool> active = {}) {
  std::vector<const AddedToken*> pointers;
  for (const AddedToken& token : tokens) pointers.push_back(&token);
  active.resize(tokens.size(), true);
  std::vector<TextSegment> segments;
  AddedTokenFinder(pointers).cut(text, 0, text.size(), active, segments);
  std::string shown;
  for (const TextSegment& s : segments) {
    const std::string part(text.substr(s.begin, s.end - s.begin));
    shown += s.token ? "[" + part + "]" : part + "|";
  }
  return shown;
}

// Every place, every token: the longest at the first.
std::string naive_cut(const std::vector<AddedToken>& tokens, std::string_view text) {
  std::string shown, between;
  for (std::size_t at = 0; at < text.size();) {
    std::string_view longest;
    for (const AddedToken& token : tokens) {
      if (text.substr(at).starts_with(token.content) && token.content.size() > longest.size()) longest = token.content;
    }
    if (longest.empty()) {
      between.push_back(text[at++]);
      continue;
    }
    if (!between.empty()) shown += between + "|", between.clear();
    shown += "[" + std::string(longest) + "]";
    at += longest.size();
  }
  return between.empty() ? shown : shown + between + "|";
}

}  // namespace

TEST_CASE("the longest added token at the leftmost place is found") {
  const std::vector<AddedToken> tokens = {{.content = "<a>"}, {.content = "<a><b>"}, {.content = "b"}};
  CHECK(cut(tokens, "x<a><b>b<a><c>") == "x|[<a><b>][b][<a>]<c>|");
  CHECK(cut(tokens, "") == "");
  CHECK(cut(tokens, "<a") == "<a|");
}

TEST_CASE("an added token that is not active still takes its place") {
  const std::vector<AddedToken> tokens = {{.content = "<a>"}, {.content = "a>x"}};
  CHECK(cut(tokens, "<a>x", {false, true}) == "<a>x|");
}

TEST_CASE("lstrip and rstrip take white space along, of any script, and only once") {
  const std::vector<AddedToken> left = {{.content = "<m>", .lstrip = true}};
  CHECK(cut(left, "a \xE3\x80\x80<m> b") == "a|[ \xE3\x80\x80<m>] b|");
  const std::vector<AddedToken> both = {{.content = "<m>", .lstrip = true, .rstrip = true}};
  CHECK(cut(both, "<m> <m>\n") == "[<m> ][<m>\n]");
}

TEST_CASE("a single word has no letter, digit, mark or underscore beside it") {
  const std::vector<AddedToken> tokens = {{.content = "no", .single_word = true}};
  CHECK(cut(tokens, "no no! know no_ \xC3\xA9no \xE4\xB8\xADno") == "[no] |[no]! know no_ \xC3\xA9no \xE4\xB8\xADno|");
}

TEST_CASE("added tokens are found as by looking everywhere") {
  std::mt19937 random(3);
  const std::string letters = "ab<\xE4\xB8\xADz";
  const auto text = [&](std::size_t size) {
    std::string s;
    for (std::size_t i = 0; i < size; ++i) s.push_back(letters[random() % letters.size()]);
    return s;
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<AddedToken> tokens;
    for (std::size_t i = 0, n = 1 + random() % 8; i < n; ++i) tokens.push_back({.content = text(1 + random() % 4)});
    const std::string sample = text(random() % 60);
    REQUIRE(cut(tokens, sample) == naive_cut(tokens, sample));
  }
}

}  // namespace quern
