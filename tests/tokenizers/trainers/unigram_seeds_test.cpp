#include "tokenizers/trainers/unigram_seeds.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "core/text/utf8.h"
#include "tests/tokenizers/generated_text.h"

namespace quern {
namespace {

constexpr std::string_view kMark = "\u2581";

bool any(std::string_view) { return true; }
bool without_inner_mark(std::string_view piece) { return piece.find(kMark, 1) == std::string_view::npos; }

// Looks at every substring of the whole corpus: one that is followed by different bytes is the longest of its kind.
std::map<std::string, std::uint64_t> naive_seeds(const std::string& corpus, std::size_t max_length, bool by_characters) {
  struct Seen {
    std::uint64_t count = 0;
    std::set<std::string> next;
  };
  const auto continues = [&](std::size_t at) { return at < corpus.size() && (static_cast<unsigned char>(corpus[at]) & 0xC0) == 0x80; };
  std::map<std::string, Seen> seen;
  for (std::size_t begin = 0; begin < corpus.size(); ++begin) {
    if (continues(begin)) continue;
    for (std::size_t end = begin + 1; end <= corpus.size() && corpus[end - 1] != '\0'; ++end) {
      if (continues(end) && by_characters) continue;
      Seen& one = seen[corpus.substr(begin, end - begin)];
      ++one.count;
      std::size_t next = end + 1;
      while (by_characters && continues(next)) ++next;
      one.next.insert(corpus.substr(end, next - end));
    }
  }
  std::map<std::string, std::uint64_t> seeds;
  for (const auto& [text, one] : seen) {
    if (one.next.size() < 2 || !utf8::is_valid(text)) continue;
    const std::size_t length = utf8::count_code_points(text);
    if (length >= 2 && length <= max_length && without_inner_mark(text)) seeds[text] = one.count;
  }
  return seeds;
}

std::map<std::string, std::uint64_t> as_map(const std::vector<SeedPiece>& seeds) {
  std::map<std::string, std::uint64_t> map;
  for (const SeedPiece& seed : seeds) map[seed.text] = seed.count;
  return map;
}

std::string word(test::GeneratedText& random) {
  static constexpr std::string_view kAlphabet[] = {"a", "b", "\u00e9", "\u00e8", "\u4e2d", "\u4e2e", "\u201c", "\U0001F642"};
  std::string text;
  for (std::size_t i = random.below(7); i > 0; --i) text += kAlphabet[random.below(std::size(kAlphabet))];
  return text;
}

}  // namespace

TEST_CASE("distinct words with counts have the seeds of the whole corpus") {
  test::GeneratedText random(1);
  for (int round = 0; round < 60; ++round) {
    std::string corpus;
    std::map<std::pair<std::string, bool>, std::uint64_t> counts;
    for (int text = 0; text < 30; ++text) {
      const std::size_t words = 1 + random.below(6);
      for (std::size_t i = 0; i < words; ++i) {
        const std::string w = std::string(kMark) + word(random);
        corpus += w;
        ++counts[{w, i + 1 == words}];
      }
      corpus += '\0';
    }
    corpus += kMark;  // SentencePiece's last text ends in nothing: tested below
    std::vector<SeedUnit> units;
    for (const auto& [key, count] : counts) {
      units.push_back({key.first, count, key.second ? SeedUnit::After::end : SeedUnit::After::space});
    }
    const SeedSettings settings{.max_length = 5};
    const auto expected = naive_seeds(corpus, 5, false);
    REQUIRE(expected.size() > 10);
    const auto seeds = find_seeds(units, settings, without_inner_mark, 1);
    REQUIRE(as_map(seeds) == expected);
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      REQUIRE(seeds[i].score == static_cast<double>(seeds[i].count) * static_cast<double>(utf8::count_code_points(seeds[i].text)));
      if (i > 0) REQUIRE(seeds[i - 1].score >= seeds[i].score);
    }
    // Threads change nothing; fewer are the best of all.
    const auto fewer = find_seeds(units, {.most = 7, .max_length = 5}, without_inner_mark, 3);
    REQUIRE(fewer.size() == 7);
    for (std::size_t i = 0; i < fewer.size(); ++i) REQUIRE(fewer[i].text == seeds[i].text);
  }
}

TEST_CASE("by characters and unweighted, as Hugging Face finds them") {
  test::GeneratedText random(2);
  for (int round = 0; round < 60; ++round) {
    std::set<std::string> words;
    while (words.size() < 40) words.insert(std::string(kMark) + word(random));
    std::string corpus;
    std::vector<SeedUnit> units;
    for (const std::string& w : words) {
      corpus += w + '\0';
      units.push_back({w, 1 + random.below(9), SeedUnit::After::end});
    }
    const SeedSettings settings{.max_length = 4, .rules = SeedSettings::Rules::hugging_face};
    REQUIRE(as_map(find_seeds(units, settings, without_inner_mark, 2)) == naive_seeds(corpus, 4, true));
  }
}

TEST_CASE("what ends texts counts twice where no mark follows, and what ends the last text") {
  const std::vector<SeedUnit> words = {{"xab", 3, SeedUnit::After::end}, {"yab", 1, SeedUnit::After::end}, {"abc", 1, SeedUnit::After::end}};
  REQUIRE(as_map(find_seeds(words, {}, any, 1)) == std::map<std::string, std::uint64_t>{{"ab", 5}});
  REQUIRE(as_map(find_seeds(words, {.last_text = "1 yab"}, any, 1)) == std::map<std::string, std::uint64_t>{{"ab", 9}});
  std::vector<SeedUnit> at_borders = words;
  for (SeedUnit& unit : at_borders) unit.after = SeedUnit::After::border;
  REQUIRE(as_map(find_seeds(at_borders, {}, any, 1)) == std::map<std::string, std::uint64_t>{{"ab", 9}, {"xab", 3}});
}

TEST_CASE("long repetitions are sorted no further than pieces reach") {
  const std::string same(20000, 'a');
  const std::vector<SeedUnit> units = {{same, 1, SeedUnit::After::end}, {same, 2, SeedUnit::After::border}};
  const auto seeds = as_map(find_seeds(units, {.max_length = 16}, any, 1));
  for (std::size_t length = 2; length <= 16; ++length) {
    REQUIRE(seeds.at(std::string(length, 'a')) >= 3 * (20000 - length + 1));
  }
  REQUIRE(seeds.size() == 15);
}

}  // namespace quern
