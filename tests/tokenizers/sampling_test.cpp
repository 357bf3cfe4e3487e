#include "tokenizers/sampling.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/reference_tokenizers.h"
#include "tokenizers/formats/registry.h"

using namespace quern;

namespace {

using Words = std::vector<std::string>;

Tokenizer with_model(const std::string& model) {
  return Tokenizer(formats::read_tokenizer_json(R"({"added_tokens":[],"decoder":{"type":"Fuse"},"model":)" + model + "}", "test"));
}

Tokenizer mill() {
  return with_model(R"({"type":"BPE","vocab":{"a":0,"b":1,"c":2,"ab":3,"bc":4,"abc":5,"ca":6},"merges":["a b","b c","ab c","c a"]})");
}

Tokenizer unigram() {
  return with_model(R"({"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-2],["b",-2],["c",-2],["ab",-2.5],["bc",-3],["abc",-4]]})");
}

Words tokens_of(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
  Words words;
  for (const TokenId id : ids) words.emplace_back(tokenizer.token(id));
  return words;
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::map<std::string, int> count_samples(const Tokenizer& tokenizer, const Sampling& sampling, const std::string& text, int draws) {
  Encoder encoder(tokenizer, {.sampling = sampling});
  std::map<std::string, int> counts;
  for (int i = 0; i < draws; ++i) {
    std::vector<TokenId> ids;
    encoder.encode(text, ids);
    ++counts[joined(tokens_of(tokenizer, ids))];
  }
  return counts;
}

// Every way that a piece of BPE can go under dropout, with its probability: the queue of Hugging Face (stale entries and all),
// or of SentencePiece, followed through each draw.
class NaiveDropout {
 public:
  struct Rule {
    std::string left, right;
  };
  NaiveDropout(std::vector<Rule> rules, double p, bool comes_back) : rules_(std::move(rules)), p_(p), comes_back_(comes_back) {}

  // All states at once, each with the probability of being there, until every queue is empty.
  std::map<std::string, double> run(const std::string& text) {
    State start;
    for (const char c : text) start.symbols.emplace_back(1, c);
    for (std::size_t i = 0; i + 1 < start.symbols.size(); ++i) push(start, i);
    std::map<std::string, double> results;
    for (std::map<State, double> states = {{start, 1.0}}, later; !states.empty(); states.swap(later), later.clear()) {
      for (const auto& [state, probability] : states) {
        if (state.queue.empty()) {
          results[words_of(state)] += probability;
          continue;
        }
        later[pass_over(state)] += probability * p_;
        later[let_through(state)] += probability * (1 - p_);
      }
    }
    return results;
  }

 private:
  struct Entry {
    std::size_t rank, position;
    std::string result;
    auto operator<=>(const Entry&) const = default;
  };
  struct State {
    std::vector<std::string> symbols;  // by position; empty: joined to the one before
    std::set<Entry> queue, passed;
    auto operator<=>(const State&) const = default;
  };

  static std::size_t next(const State& state, std::size_t i) {
    do ++i;
    while (i < state.symbols.size() && state.symbols[i].empty());
    return i;
  }
  void push(State& state, std::size_t i) const {
    const std::size_t right = next(state, i);
    if (right >= state.symbols.size()) return;
    for (std::size_t rank = 0; rank < rules_.size(); ++rank) {
      if (rules_[rank].left == state.symbols[i] && rules_[rank].right == state.symbols[right]) {
        state.queue.insert({rank, i, rules_[rank].left + rules_[rank].right});
      }
    }
  }

  static std::string words_of(const State& state) {
    Words words;
    for (const std::string& symbol : state.symbols) {
      if (!symbol.empty()) words.push_back(symbol);
    }
    return joined(words);
  }

  State pass_over(State state) const {
    const auto entry = state.queue.extract(state.queue.begin());
    if (comes_back_) state.passed.insert(entry.value());
    return state;
  }

  State let_through(State state) const {
    const Entry entry = state.queue.extract(state.queue.begin()).value();
    state.queue.merge(state.passed);
    state.passed.clear();
    const std::size_t right = next(state, entry.position);
    const bool is_there = !state.symbols[entry.position].empty() && right < state.symbols.size() &&
                          state.symbols[entry.position] + state.symbols[right] == entry.result;
    if (!is_there) return state;
    state.symbols[entry.position] = entry.result;
    state.symbols[right].clear();
    for (std::size_t i = entry.position; i-- > 0;) {
      if (state.symbols[i].empty()) continue;
      push(state, i);
      break;
    }
    push(state, entry.position);
    return state;
  }

  const std::vector<Rule> rules_;
  const double p_;
  const bool comes_back_;
};

void check_frequencies(const std::map<std::string, int>& counts, const std::map<std::string, double>& expected, int draws) {
  int seen = 0;
  for (const auto& [words, p] : expected) {
    const auto found = counts.find(words);
    const int count = found == counts.end() ? 0 : found->second;
    INFO(words << ": " << count << " of " << draws << ", expected " << p * draws);
    CHECK(std::abs(count - p * draws) < 5 * std::sqrt(draws * p * (1 - p)) + 2);
    seen += count;
  }
  CHECK(seen == draws);
}

const std::vector<NaiveDropout::Rule> kMill = {{"a", "b"}, {"b", "c"}, {"ab", "c"}, {"c", "a"}};

SentencePieceModel sentence_piece_bpe() {
  SentencePieceModel model;
  model.algorithm = SentencePieceModel::Algorithm::bpe;
  using Kind = SentencePiece::Kind;
  model.pieces = {{"<unk>", 0, Kind::unknown}, {"ab", 0, Kind::normal},   {"bc", -1, Kind::normal}, {"abc", -2, Kind::normal},
                  {"ca", -3, Kind::normal},    {"a", -4, Kind::normal}, {"b", -5, Kind::normal},  {"c", -6, Kind::normal}};
  return model;
}

}  // namespace

TEST_CASE("dropout comes as often as Hugging Face's rules say") {
  constexpr int kDraws = 20000;
  for (const char* text : {"abc", "abcabc", "bcab"}) {
    for (const double p : {0.1, 0.5, 0.9}) {
      INFO(text << " " << p);
      check_frequencies(count_samples(mill(), {.dropout = p, .seed = 3}, text, kDraws),
                        NaiveDropout(kMill, p, true).run(text), kDraws);
    }
  }
}

TEST_CASE("dropout comes as often as SentencePiece's rules say, where it is one of its models") {
  constexpr int kDraws = 20000;
  TokenizerDefinition definition;
  definition.model = sentence_piece_bpe();
  const Tokenizer tokenizer(definition);
  // There a merge is whatever spells a piece.
  const std::vector<NaiveDropout::Rule> with_both_cuts = {{"a", "b"}, {"b", "c"}, {"ab", "c"}, {"a", "bc"}, {"c", "a"}};
  for (const double p : {0.2, 0.6}) {
    check_frequencies(count_samples(tokenizer, {.dropout = p, .seed = 4}, "abcabc", kDraws),
                      NaiveDropout(with_both_cuts, p, false).run("abcabc"), kDraws);
  }
}

TEST_CASE("Hugging Face drew these, 200,000 times") {
  // tokenizers 0.23.3, dropout 0.3, on "abcabc" with the merges above: shares of its five most frequent answers.
  const std::map<std::string, double> drawn = {{"abc abc", 0.6281}, {"abc ab c", 0.0927}, {"a bc abc", 0.0807}, {"abc a bc", 0.0667}, {"ab ca bc", 0.0290}};
  constexpr int kDraws = 50000;
  const auto counts = count_samples(mill(), {.dropout = 0.3, .seed = 5}, "abcabc", kDraws);
  for (const auto& [words, share] : drawn) {
    INFO(words);
    CHECK(std::abs(static_cast<double>(counts.at(words)) / kDraws - share) < 0.008);
  }
}

TEST_CASE("Unigram leaves out pieces at each place, so that the best of those left is drawn") {
  // "ab": only the piece "ab" may be left out. "abc": ab, bc and abc; abc is best, then ab c, then a bc.
  constexpr int kDraws = 20000;
  for (const double p : {0.25, 0.75}) {
    check_frequencies(count_samples(unigram(), {.dropout = p, .seed = 6}, "ab", kDraws), {{"ab", 1 - p}, {"a b", p}}, kDraws);
    check_frequencies(count_samples(unigram(), {.dropout = p, .seed = 6}, "abc", kDraws),
                      {{"abc", 1 - p}, {"ab c", p * (1 - p)}, {"a bc", p * p * (1 - p)}, {"a b c", p * p * p}}, kDraws);
  }
}

TEST_CASE("Unigram draws segmentations by their probability") {
  constexpr int kDraws = 20000;
  const std::map<std::string, double> scores = {{"abc", -4}, {"ab c", -4.5}, {"a bc", -5}, {"a b c", -6}};
  for (const double alpha : {0.0, 0.5, 1.0}) {
    double sum = 0;
    for (const auto& [words, score] : scores) sum += std::exp(alpha * score);
    std::map<std::string, double> expected;
    for (const auto& [words, score] : scores) expected[words] = std::exp(alpha * score) / sum;
    check_frequencies(count_samples(unigram(), {.alpha = alpha, .seed = 7}, "abc", kDraws), expected, kDraws);
  }
  const double two = std::exp(-4.0) + std::exp(-4.5);
  check_frequencies(count_samples(unigram(), {.alpha = 1.0, .nbest = 2, .seed = 7}, "abc", kDraws),
                    {{"abc", std::exp(-4.0) / two}, {"ab c", std::exp(-4.5) / two}}, kDraws);
}

TEST_CASE("draws depend on the seed and the number of a text, and on nothing else") {
  for (const Tokenizer& tokenizer : {mill(), unigram()}) {
    const auto sample = [&](std::uint64_t seed, std::uint64_t number, bool other_first) {
      Encoder encoder(tokenizer, {.sampling = Sampling{.dropout = 0.8, .seed = seed}});
      std::vector<TokenId> ids;
      if (other_first) encoder.encode("cabbacabab", ids), ids.clear();
      encoder.number_next(number);
      encoder.encode("abcabcabcabcabcabcabcabc", ids);
      Encoding encoding;
      encoder.number_next(number);
      encoder.encode("abcabcabcabcabcabcabcabc", encoding);
      CHECK(encoding.ids == ids);
      return ids;
    };
    CHECK(sample(1, 5, false) == sample(1, 5, true));
    CHECK(sample(1, 5, false) != sample(1, 6, false));
    CHECK(sample(1, 5, false) != sample(2, 5, false));
    CHECK(sample(1, 5, false) != sample(1, 5 + (std::uint64_t{1} << 32), false));
  }
}

TEST_CASE("a model without a choice says so") {
  const Tokenizer words = with_model(R"({"type":"WordPiece","vocab":{"[UNK]":0},"unk_token":"[UNK]",)"
                                     R"("continuing_subword_prefix":"##","max_input_chars_per_word":100})");
  CHECK_THROWS_AS(Encoder(words, {.sampling = Sampling{.dropout = 0.1}}), Error);
  CHECK_THROWS_AS(Encoder(mill(), {.sampling = Sampling{.alpha = 0.1}}), Error);
  CHECK_THROWS_AS(Encoder(mill()).nbest("abc", 2), Error);
}

TEST_CASE("n-best lists of a text in several pieces are the best combinations") {
  const Tokenizer tokenizer(formats::read_tokenizer_json(
      R"({"added_tokens":[],"pre_tokenizer":{"type":"WhitespaceSplit"},"model":{"type":"Unigram","unk_id":0,)"
      R"("vocab":[["<unk>",0],["a",-2],["b",-2.125],["c",-2],["ab",-2.5],["bc",-3],["abc",-4]]}})",
      "test"));
  const std::vector<std::pair<std::string, double>> abc = {{"abc", -4}, {"ab c", -4.5}, {"a bc", -5}, {"a b c", -6.125}};
  const std::vector<std::pair<std::string, double>> ab = {{"ab", -2.5}, {"a b", -4.125}};
  std::vector<std::pair<double, std::string>> all;
  for (const auto& [x, score_x] : abc) {
    for (const auto& [y, score_y] : ab) {
      for (const auto& [z, score_z] : abc) all.emplace_back(-(score_x + score_y + score_z), x + " " + y + " " + z);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Encoder encoder(tokenizer);
  for (const std::size_t k : {1, 2, 7, 100}) {
    const auto list = encoder.nbest("abc  ab abc", k);
    REQUIRE(list.size() == std::min<std::size_t>(k, all.size()));
    std::set<std::string> got;
    for (std::size_t i = 0; i < list.size(); ++i) {
      CHECK(list[i].score == Approx(-all[i].first));
      const Words words = tokens_of(tokenizer, list[i].encoding.ids);
      // Offsets are those of the words, in order.
      REQUIRE(list[i].encoding.offsets.size() == words.size());
      for (std::size_t t = 0; t < words.size(); ++t) {
        const auto [begin, end] = list[i].encoding.offsets[t];
        CHECK(std::string("abc  ab abc").substr(begin, end - begin) == words[t]);
      }
      const bool is_one_of_them = std::any_of(all.begin(), all.end(), [&](const auto& one) {
        return one.second == joined(words) && one.first == Approx(-list[i].score);
      });
      CHECK(is_one_of_them);
      CHECK(got.insert(joined(words)).second);
    }
  }
  CHECK(encoder.nbest("", 3).size() == 1);
}

TEST_CASE("reference vocabularies: no dropout changes nothing, all of it leaves symbols, and every sample decodes to the text") {
  if (!reference_data::available()) return;
  std::string text;
  for (const char* name : {"en", "zh", "ja", "ko"}) text += utf8::replace_invalid(reference_data::corpus(name, 6000)) + "\n";
  for (const char* name : {"hf_gpt2", "hf_roberta", "hf_clip", "hf_llama2", "hf_t5_small", "tiktoken_cl100k", "spm_llama2",
                           "spm_blingfire_1", "spm_test_model", "spm_xlnet"}) {
    INFO(name);
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    Encoder plain(tokenizer);
    const auto sampled = [&](double p) { return Encoder(tokenizer, {.sampling = Sampling{.dropout = p, .seed = 8}}); };
    Encoder none = sampled(0), some = sampled(0.3), all = sampled(1);
    std::size_t more = 0;
    for (const std::string_view line : reference_data::lines(text)) {
      std::vector<TokenId> best, same, drawn, symbols;
      plain.encode(line, best);
      none.encode(line, same), some.encode(line, drawn), all.encode(line, symbols);
      CHECK(same == best);
      CHECK(tokenizer.decode(drawn) == tokenizer.decode(best));
      CHECK(tokenizer.decode(symbols) == tokenizer.decode(best));
      CHECK(symbols.size() >= drawn.size());
      more += drawn.size() > best.size();
      for (const TokenId id : symbols) {
        const std::string_view token = tokenizer.token(id);
        const bool is_one = utf8::count_code_points(token) == 1 || token.starts_with("<0x") || token == "<unk>" ||
                            (token.ends_with("</w>") && utf8::count_code_points(token) == 5);
        if (!is_one) FAIL_CHECK(token << " is more than one symbol");
      }
    }
    CHECK(more > 0);
  }
}

TEST_CASE("n-best lists are SentencePiece's") {
  if (!reference_data::available()) return;
  const Tokenizer tokenizer = reference_data::load_tokenizer("spm_test_model");
  Encoder encoder(tokenizer);
  for (const char* text : {"The mill stands by the river.", "Grain, flour; bread!", "x"}) {
    const auto list = encoder.nbest(text, 5);
    std::vector<TokenId> best;
    encoder.encode(text, best);
    REQUIRE_FALSE(list.empty());
    CHECK(list[0].encoding.ids == best);
    for (std::size_t i = 1; i < list.size(); ++i) {
      CHECK(list[i].score <= list[i - 1].score);
      CHECK(tokenizer.decode(list[i].encoding.ids) == tokenizer.decode(best));
    }
  }
}
