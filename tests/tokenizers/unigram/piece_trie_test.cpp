#include "tokenizers/unigram/piece_trie.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/tokenizers/generated_text.h"

namespace quern::unigram {
namespace {

// What a map says about each beginning of the text.
void check_walk(const PieceTrie<float>& trie, const std::map<std::string, float>& pieces, const std::string& text) {
  INFO(text);
  const std::size_t size = character_size(text.data(), text.data() + text.size());
  auto node = trie.first_character(text.data(), size);
  for (std::size_t end = size; end <= text.size(); ++end) {
    const std::string prefix = text.substr(0, end);
    const auto after = pieces.lower_bound(prefix);
    const bool exists = after != pieces.end() && after->first.compare(0, end, prefix) == 0;
    if (end > size && node != PieceTrie<float>::kDead) {
      const bool stepped = trie.step(node, text[end - 1]);
      REQUIRE(stepped == exists);
      if (!stepped) return;
    }
    REQUIRE((node != PieceTrie<float>::kDead) == exists);
    if (!exists) return;
    const auto found = pieces.find(prefix);
    REQUIRE(trie.is_piece(node) == (found != pieces.end()));
    if (found == pieces.end()) continue;
    REQUIRE(trie.score(node) == found->second);
    REQUIRE(trie.piece(node).size == end);
    REQUIRE(trie.find(prefix) == node);
  }
}

}  // namespace

TEST_CASE("the trie knows the pieces and nothing else") {
  test::GeneratedText generated(1);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{20}, std::size_t{20000}}) {
    std::map<std::string, float> pieces;
    while (pieces.size() < count) {
      const std::string text = generated.valid_utf8(1 + generated.below(3));
      pieces.emplace(text, -static_cast<float>(pieces.size()));
    }
    std::vector<ScoredPiece<float>> list;
    for (const auto& [text, score] : pieces) list.push_back({text, static_cast<TokenId>(list.size()), score});
    const PieceTrie<float> trie(list);
    for (const auto& [text, score] : pieces) check_walk(trie, pieces, text + "a");
    for (int i = 0; i < 2000; ++i) check_walk(trie, pieces, generated.valid_utf8(4));
  }
}

TEST_CASE("a node can have a child for every byte, and pieces can hold any byte") {
  std::vector<std::string> texts;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; b += 1 + a % 3) texts.push_back({static_cast<char>(a), static_cast<char>(b)});
  }
  std::vector<ScoredPiece<double>> list;
  for (const std::string& text : texts) list.push_back({text, static_cast<TokenId>(list.size()), -1.0});
  const PieceTrie<double> trie(list);
  for (std::size_t i = 0; i < texts.size(); ++i) REQUIRE(trie.piece(trie.find(texts[i])).id == i);
  REQUIRE(trie.find(std::string("\1\1", 2)) == PieceTrie<double>::kDead);
  REQUIRE(trie.find("abc") == PieceTrie<double>::kDead);
}

}  // namespace quern::unigram
