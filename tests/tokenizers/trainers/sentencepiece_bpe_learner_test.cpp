#include "tokenizers/trainers/sentencepiece_bpe_learner.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <queue>
#include <set>

#include "core/text/utf8.h"
#include "tests/tokenizers/generated_text.h"

namespace quern {
namespace {

// A symbol is what it was made of; which text it spells does not matter for who it is.
struct NaiveSymbol {
  std::string text;
  std::size_t length = 1;
};
struct NaivePair {
  const NaiveSymbol *left, *right;
  std::string text;
  std::size_t length;
};

using NaiveText = std::vector<const NaiveSymbol*>;

// All pairs counted anew before each step, and the queue of the standard library, which is the binary heap that SentencePiece uses.
class NaiveLearner {
 public:
  NaiveLearner(const std::vector<CountedText>& texts, const PieceRules& rules) : texts_(texts), rules_(rules) {
    for (const CountedText& text : texts) {
      NaiveText& symbols = symbols_.emplace_back();
      for (const char *p = text.text.data(), *end = p + text.text.size(); p < end;) symbols.push_back(character(utf8::decode(p)));
    }
    for (const NaiveText& text : symbols_) {
      for (std::size_t i = 1; i < text.size(); ++i) meet(text[i - 1], text[i]);
    }
    queue_new();
  }

  std::vector<std::string> learn(std::size_t most) {
    std::vector<std::string> pieces;
    while (pieces.size() < most && !queue_.empty()) {
      const auto [count, pair] = queue_.top();
      queue_.pop();
      if (const std::uint64_t now = count_of(*pair); now != count) {
        queue_.push({now, pair});
      } else if (std::find(pieces.begin(), pieces.end(), pair->text) == pieces.end()) {
        pieces.push_back(pair->text);
        join(*pair);
        queue_new();
      }
    }
    return pieces;
  }

 private:
  struct Entry {
    std::uint64_t count;
    const NaivePair* pair;
    friend bool operator<(const Entry& a, const Entry& b) {
      if (a.count != b.count) return a.count < b.count;
      if (a.pair->length != b.pair->length) return a.pair->length > b.pair->length;
      return a.pair->text > b.pair->text;
    }
  };

  const NaiveSymbol* character(char32_t c) {
    auto& symbol = characters_[c];
    if (symbol == nullptr) {
      symbol = std::make_unique<NaiveSymbol>();
      utf8::append(symbol->text, c);
    }
    return symbol.get();
  }

  void meet(const NaiveSymbol* left, const NaiveSymbol* right) {
    auto& pair = pairs_[{left, right}];
    if (pair != nullptr || !rules_.allow(left->text + right->text)) return;
    pair = std::make_unique<NaivePair>(NaivePair{left, right, left->text + right->text, left->length + right->length});
    new_.push_back(pair.get());
  }

  std::uint64_t count_of(const NaivePair& pair) const {
    std::uint64_t count = 0;
    for (std::size_t text = 0; text < symbols_.size(); ++text) {
      for (std::size_t i = 1; i < symbols_[text].size(); ++i) {
        if (symbols_[text][i - 1] == pair.left && symbols_[text][i] == pair.right) count += texts_[text].count;
      }
    }
    return count;
  }

  void queue_new() {
    for (const NaivePair* pair : new_) queue_.push({count_of(*pair), pair});
    new_.clear();
  }

  // From left to right, and each time the new symbol meets its neighbours as they then are.
  void join(const NaivePair& pair) {
    joined_.push_back(std::make_unique<NaiveSymbol>(NaiveSymbol{pair.text, pair.length}));
    const NaiveSymbol* const joined = joined_.back().get();
    for (NaiveText& text : symbols_) {
      for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] != pair.left || text[i + 1] != pair.right) continue;
        text[i] = joined;
        text.erase(text.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        if (i > 0) meet(text[i - 1], joined);
        if (i + 1 < text.size()) meet(joined, text[i + 1]);
      }
    }
  }

  const std::vector<CountedText>& texts_;
  PieceRules rules_;
  std::map<char32_t, std::unique_ptr<NaiveSymbol>> characters_;
  std::vector<std::unique_ptr<NaiveSymbol>> joined_;
  std::map<std::pair<const NaiveSymbol*, const NaiveSymbol*>, std::unique_ptr<NaivePair>> pairs_;
  std::vector<const NaivePair*> new_;
  std::vector<NaiveText> symbols_;
  std::priority_queue<Entry> queue_;
};

struct Corpus {
  std::vector<std::string> texts;
  std::vector<CountedText> counted;
};

// Few characters and many repetitions, so that ties, overlaps and pairs with the same text abound. Most frequent first.
Corpus generate(std::uint64_t seed) {
  test::GeneratedText random(seed);
  static constexpr std::u32string_view kAlphabets[] = {U"ab", U"abcde", U"\u4e00\u4e8c\u4e09", U"\u3042\u30ab\u4e00\u30fc", U"a1\uff12\u0436\U0001F600\u2585\u001f"};
  const std::u32string_view alphabet = kAlphabets[random.below(std::size(kAlphabets))];
  std::set<std::string> distinct;
  for (std::size_t n = 1 + random.below(40); n > 0; --n) {
    std::string text = random.below(2) == 0 ? "\u2581" : "";
    for (std::size_t length = 1 + random.below(12); length > 0; --length) utf8::append(text, alphabet[random.below(alphabet.size())]);
    distinct.insert(text);
  }
  Corpus corpus{{distinct.begin(), distinct.end()}, {}};
  for (const std::string& text : corpus.texts) corpus.counted.push_back({text, 1 + random.below(random.below(2) == 0 ? 2 : 50)});
  std::stable_sort(corpus.counted.begin(), corpus.counted.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  return corpus;
}

std::vector<std::string> learn(const std::vector<CountedText>& texts, std::size_t most, const PieceRules& rules = {}) {
  return learn_sentencepiece_bpe(texts, rules, most, {}).texts;
}

}  // namespace

TEST_CASE("the pieces of SentencePiece's BPE are those of counting all pairs before each step") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Corpus corpus = generate(seed);
    PieceRules rules;
    rules.max_length = seed % 3 == 0 ? 4 : 16;
    rules.split_by_unicode_script = seed % 5 != 0;
    rules.split_by_whitespace = seed % 7 != 0;
    INFO("seed " << seed);
    REQUIRE(learn(corpus.counted, 10000, rules) == NaiveLearner(corpus.counted, rules).learn(10000));
  }
}

TEST_CASE("overlapping pairs count twice and are joined from the left") {
  REQUIRE(learn({{"aaaaa", 1}}, 1) == std::vector<std::string>{"aa"});
  REQUIRE(learn({{"aaab", 2}, {"xy", 3}}, 2) == std::vector<std::string>{"aa", "xy"});
}

TEST_CASE("pairs that once were fill a vocabulary, shorter ones first") {
  REQUIRE(learn({{"abab", 1}}, 100) == std::vector<std::string>{"ab", "abab", "ba", "aba"});
  REQUIRE(learn({{"a", 1}}, 100).empty());
  REQUIRE(learn({}, 100).empty());
}

TEST_CASE("learning stops where progress throws") {
  std::string text;
  for (char32_t c = 0x4e00; c < 0x4e00 + 2000; ++c) utf8::append(text, c);
  const auto stop = [](std::uint64_t done, std::uint64_t most) {
    REQUIRE(done <= most);
    throw std::runtime_error("stop");
  };
  REQUIRE_THROWS_WITH(learn_sentencepiece_bpe({{text, 1}}, {}, 1000, stop), "stop");
}

}  // namespace quern
