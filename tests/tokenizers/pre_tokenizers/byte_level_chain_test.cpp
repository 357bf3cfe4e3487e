#include <catch2/catch.hpp>

#include "core/error.h"
#include "tokenizers/pre_tokenizers/byte_level_chain.h"

namespace quern {
namespace {

// Pieces with a bar behind each; where each stands is checked on the way.
std::string cut(const std::vector<PreTokenizer>& parts, std::string_view text) {
  ByteLevelChain::Scratch scratch;
  std::string shown;
  ByteLevelChain(parts).cut(text, scratch, [&](const ByteLevelChain::Cut& piece) {
    const std::string_view own = piece.text.substr(piece.has_prefix ? 1 : 0);
    CHECK(text.substr(piece.begin, own.size()) == own);
    shown += std::string(piece.text) + "|";
  });
  return shown;
}

const ByteLevelPreTokenizer kBytesOnly{.add_prefix_space = false, .use_regex = false};

std::string split(SplitBehavior behavior, bool invert, std::string_view text) {
  return cut({SplitPreTokenizer{SplitPattern::from_literal("-"), behavior, invert}, kBytesOnly}, text);
}

}  // namespace

TEST_CASE("each behavior keeps the matches of a split where its name says") {
  const std::string_view text = "the-final--countdown";  // the example of Hugging Face's documentation
  CHECK(split(SplitBehavior::removed, false, text) == "the|final|countdown|");
  CHECK(split(SplitBehavior::isolated, false, text) == "the|-|final|-|-|countdown|");
  CHECK(split(SplitBehavior::merged_with_previous, false, text) == "the-|final-|-|countdown|");
  CHECK(split(SplitBehavior::merged_with_next, false, text) == "the|-final|-|-countdown|");
  CHECK(split(SplitBehavior::contiguous, false, text) == "the|-|final|--|countdown|");
  CHECK(split(SplitBehavior::removed, true, text) == "-|-|-|");
}

TEST_CASE("splits follow one another, each within the pieces of the one before") {
  const std::vector<PreTokenizer> parts = {
      SplitPreTokenizer{SplitPattern::from_regex("\\p{N}{1,3}"), SplitBehavior::isolated, false},
      SplitPreTokenizer{SplitPattern::from_literal("b"), SplitBehavior::merged_with_previous, false}, kBytesOnly};
  CHECK(cut(parts, "ab12345bc") == "ab|123|45|b|c|");
}

TEST_CASE("an expression sees what stands before the place where it is tried") {
  const auto cut_with = [](const char* source, SplitBehavior behavior, bool add_prefix_space) {
    return cut({SplitPreTokenizer{SplitPattern::from_regex(source), behavior, false},
                ByteLevelPreTokenizer{.add_prefix_space = add_prefix_space, .use_regex = false}},
               "aabab");
  };
  CHECK(cut_with("^a", SplitBehavior::removed, false) == "abab|");
  CHECK(cut_with("(?<=b)a", SplitBehavior::merged_with_next, false) == "aab|ab|");
  CHECK(cut_with("^a|b", SplitBehavior::isolated, true) == " a| a| b| a| b|");
}

TEST_CASE("a prefix space goes before every piece that has none, and belongs to its first character") {
  const std::vector<PreTokenizer> parts = {
      SplitPreTokenizer{SplitPattern::from_literal("-"), SplitBehavior::removed, false},
      ByteLevelPreTokenizer{.add_prefix_space = true, .use_regex = true}};
  CHECK(cut(parts, "a b- c-\nd") == " a| b| c| |\n|d|");
}

TEST_CASE("ByteLevel comes last or not at all") {
  CHECK_THROWS_AS(ByteLevelChain({}), Error);
  CHECK_THROWS_AS(ByteLevelChain({kBytesOnly, kBytesOnly}), Error);
}

}  // namespace quern
