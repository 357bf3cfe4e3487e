#include "tokenizers/trainers/alphabet.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tokenizers/trainers/bpe_trainer.h"

using namespace quern;

namespace {

using Vocabulary = std::vector<std::string>;

Alphabet::Pieces pieces_of(std::vector<std::pair<std::string, std::uint64_t>> pieces) {
  return [pieces](const PieceCounts::Visit& visit) {
    for (const auto& [piece, count] : pieces) visit(piece, count);
  };
}

Vocabulary tokens(const Alphabet& alphabet, const Vocabulary& vocabulary, std::string_view piece) {
  std::vector<TokenId> ids;
  alphabet.spell(piece, ids);
  Vocabulary list;
  for (const TokenId id : ids) list.push_back(vocabulary.at(id));
  return list;
}

const auto kPieces = pieces_of({{"磨磨粉", 5}, {"mill", 3}, {"ひく", 2}, {"m", 1}});

}  // namespace

TEST_CASE("characters are there by code point, behind what the vocabulary has, which keeps its ids") {
  Vocabulary vocabulary = {"[UNK]", "m"};
  const Alphabet alphabet({}, false, kPieces, vocabulary);
  CHECK(vocabulary == Vocabulary{"[UNK]", "m", "i", "l", "く", "ひ", "磨", "粉"});
  CHECK(alphabet.ids() == std::vector<TokenId>{1, 2, 3, 4, 5, 6, 7});
  CHECK(tokens(alphabet, vocabulary, "mill磨x") == Vocabulary{"m", "i", "l", "l", "磨"});
  CHECK(alphabet.left_out().empty());
}

TEST_CASE("a prefix marks all symbols but the first, a suffix the last; symbols left out still count as places") {
  Vocabulary vocabulary;
  const Alphabet alphabet({.limit = 3, .continuing_subword_prefix = "##", .end_of_word_suffix = "</w>"}, false, kPieces, vocabulary);
  CHECK(vocabulary == Vocabulary{"l", "磨", "粉", "##l", "##l</w>", "##磨", "##粉</w>"});
  CHECK(tokens(alphabet, vocabulary, "mill") == Vocabulary{"##l", "##l</w>"});
  CHECK(alphabet.left_out() == Vocabulary{"i", "m", "く", "ひ"});
}

TEST_CASE("of equals at the limit, the first by code point stays; characters to have stay whatever their count") {
  Vocabulary vocabulary;
  const Alphabet alphabet({.initial = U"éz", .limit = 4}, false, pieces_of({{"ba", 4}, {"c", 9}}), vocabulary);
  CHECK(vocabulary == Vocabulary{"a", "c", "z", "é"});
}

TEST_CASE("coverage is a share of the text, limits of scripts count characters of one script") {
  Vocabulary covered;
  const Alphabet most({.coverage = 0.8}, false, kPieces, covered);  // of 32: 磨 10, l 6, 粉 5, m 4, i 3 are 28
  CHECK(covered == Vocabulary{"i", "l", "m", "磨", "粉"});
  Vocabulary vocabulary;
  const Alphabet limited({.script_limits = {{"Han", 1}, {"Hira", 0}}}, false, kPieces, vocabulary);
  CHECK(vocabulary == Vocabulary{"i", "l", "m", "磨"});
  CHECK_THROWS_AS(Alphabet({.script_limits = {{"Hun", 1}}}, false, kPieces, vocabulary), Error);
}

TEST_CASE("bytes are spelled; all of them are there when asked for, with the ids of GPT-2's alphabet") {
  Vocabulary seen, all;
  const Alphabet some({}, true, pieces_of({{" a\xFF", 1}}), seen);
  CHECK(seen == Vocabulary{"a", "ÿ", "Ġ"});
  CHECK(tokens(some, seen, "a b\xFF") == Vocabulary{"a", "Ġ", "ÿ"});
  const Alphabet full({.initial = all_bytes()}, true, pieces_of({}), all);
  CHECK(all.size() == 256);
  CHECK(tokens(full, all, "!\n") == Vocabulary{"!", "Ċ"});
  Vocabulary marked;
  const Alphabet suffixed({.end_of_word_suffix = "</w>"}, true, pieces_of({{"ab", 1}}), marked);
  CHECK(tokens(suffixed, marked, "ab") == Vocabulary{"a", "b</w>"});
}

TEST_CASE("a piece that is not text is an error for an alphabet of characters") {
  Vocabulary vocabulary;
  CHECK_THROWS_AS(Alphabet({}, false, pieces_of({{"\xE4\xBD", 1}}), vocabulary), Error);
}
