#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "core/json.h"
#include "core/text/utf8.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/normalizers/spans.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/normalizers/charsmap_builder.h"

using namespace quern;
using test::plain;

namespace {

using Rules = std::map<std::string, std::string>;

SentencePieceNormalizer with_rules(const Rules& rules, int flags) {
  SentencePieceNormalizer part;
  part.charsmap = normalizers::serialize_charsmap({rules.begin(), rules.end()});
  part.add_dummy_prefix = (flags & 1) != 0;
  part.remove_extra_whitespaces = (flags & 2) != 0;
  part.escape_whitespaces = (flags & 4) != 0;
  part.whitespace_as_suffix = (flags & 8) != 0;
  return part;
}

// SentencePiece's rules as they read, one place of the text after the other.
class Naive {
 public:
  Naive(const SentencePieceNormalizer& part, const Rules& rules, const std::vector<std::string>& untouched)
      : part_(part), rules_(rules), untouched_(untouched), space_(part.escape_whitespaces ? "\u2581" : " ") {}

  std::string normalize(std::string_view text, std::vector<std::size_t>& origins) {
    out_.clear();
    origins_.clear();
    std::size_t at = 0;
    const auto next = [&] { return prefix(text.substr(at)); };
    while (part_.remove_extra_whitespaces && at < text.size() && next().second == " ") at += next().first;
    if (at == text.size()) return origins.clear(), std::string();
    if (part_.add_dummy_prefix && !part_.whitespace_as_suffix) put(space_, at);
    bool behind_space = part_.remove_extra_whitespaces;
    while (at < text.size()) {
      auto [size, output] = next();
      while (behind_space && output.starts_with(" ")) output.erase(0, 1);
      for (const char c : output) put(c == ' ' ? space_ : std::string(1, c), at);
      if (!output.empty()) behind_space = output.back() == ' ';
      behind_space = behind_space && part_.remove_extra_whitespaces;
      at += size;
    }
    while (part_.remove_extra_whitespaces && out_.ends_with(space_)) {
      out_.resize(out_.size() - space_.size());
      at = origins_[out_.size()];
      origins_.resize(out_.size());
    }
    if (part_.add_dummy_prefix && part_.whitespace_as_suffix) put(space_, at);
    origins_.push_back(at);
    origins = origins_;
    return out_;
  }

 private:
  std::pair<std::size_t, std::string> prefix(std::string_view text) const {
    std::string longest;
    for (const std::string& piece : untouched_) {
      if (text.starts_with(piece) && piece.size() > longest.size()) longest = piece;
    }
    if (!longest.empty()) return {longest.size(), longest};
    for (const auto& [source, target] : rules_) {
      if (text.starts_with(source) && source.size() > longest.size()) longest = source;
    }
    if (!longest.empty()) return {longest.size(), rules_.at(longest)};
    for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
      if (utf8::is_valid(text.substr(0, size))) return {size, std::string(text.substr(0, size))};
    }
    return {1, "\uFFFD"};
  }
  void put(const std::string& bytes, std::size_t origin) {
    out_ += bytes;
    origins_.resize(out_.size(), origin);
  }

  const SentencePieceNormalizer& part_;
  const Rules& rules_;
  const std::vector<std::string>& untouched_;
  std::string space_, out_;
  std::vector<std::size_t> origins_;
};

std::string pick_text(std::mt19937& random, std::size_t pieces) {
  static const std::vector<std::string> kPieces = {
      "a",          "b",      "c",      "A",      " ",      " ",      "  ",     "\t",       "\n",          "\u2581",
      "e",          "\u0301", "\u00E9", "\u4E2D", "\u6587", "\u304B", "\u3099", "\uFF21",   "\uFB01",      "\U00020000",
      "\U0001F642", "<s>",    "ab",     "\xE4",   "\xB8",   "\xFF",   "\xC0",   "\xF0\x9F", "\xED\xA0\x80"};
  std::string text;
  for (; pieces > 0; --pieces) text += kPieces[random() % kPieces.size()];
  return text;
}

std::string unhex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

NormalizerChain of_model(const TokenizerDefinition& definition) {
  std::vector<std::string> untouched;
  for (const SentencePiece& piece : std::get<SentencePieceModel>(definition.model).pieces) {
    if (piece.kind == SentencePiece::Kind::user_defined) untouched.push_back(piece.text);
  }
  return NormalizerChain(definition.normalizers, untouched);
}

const std::pair<const char*, const char*> kModels[] = {
    {"spm_llama2", "tokref/llama2/tokenizer.model"},
    {"spm_blingfire_1", "tokref/blingfire/bpe_example/m.model"},
    {"spm_blingfire_2", "tokref/blingfire/bpe_example2/m.model"},
    {"spm_test_model", "tokref/sentencepiece/python/test/test_model.model"},
    {"spm_test_ja_model", "tokref/sentencepiece/python/test/test_ja_model.model"},
    {"spm_xlnet", "tokref/blingfire/xlnet/spiece.model"},
};

}  // namespace

TEST_CASE("SentencePiece: spaces run together, become marks, and one stands in front") {
  const std::vector<Normalizer> parts = {with_rules({{"\t", " "}, {"\uFF21", "A"}}, 1 | 2 | 4)};
  CHECK(plain(parts, "  \uFF21 \t b  ") ==
        "\u2581"
        "A\u2581"
        "b");
  CHECK(plain(parts, "") == "");
  CHECK(plain(parts, " \t ") == "");
  CHECK(plain({with_rules({}, 1 | 2 | 4 | 8)}, " a b ") ==
        "a\u2581"
        "b\u2581");
}

TEST_CASE("SentencePiece: each byte stands for the text from its character to the next one's") {
  NormalizedText out;
  NormalizerChain({with_rules({{"\uFB01", "fi"}}, 1 | 2 | 4)}).normalize("\uFB01x \u00E9\u4E2D ", out);
  CHECK(out.text ==
        "\u2581"
        "fix\u2581\u00E9\u4E2D");
  CHECK(out.begins == std::vector<std::uint32_t>{0, 0, 0, 0, 0, 3, 4, 4, 4, 5, 5, 7, 7, 7});
  CHECK(out.ends == std::vector<std::uint32_t>{0, 0, 0, 0, 3, 4, 4, 4, 5, 5, 7, 7, 7, 10});
}

TEST_CASE("SentencePiece: every malformed byte is one U+FFFD") {
  CHECK(plain({with_rules({}, 0)},
              "\xE4\xB8"
              "a\xFF\xED\xA0\x80") ==
        "\uFFFD\uFFFD"
        "a\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("SentencePiece: the longest user-defined piece goes before any rule") {
  const NormalizerChain chain({with_rules({{"a", "x"}, {"abc", "y"}}, 0)}, {"ab", "<s>", "abab"});
  CHECK(plain(chain, "abc<s>a") == "abc<s>x");
  CHECK(plain(chain, "ababab") == "ababab");
}

TEST_CASE("SentencePiece: rules, spaces and bytes of every kind come out as read one by one") {
  std::mt19937 random(23);
  for (int round = 0; round < 300; ++round) {
    Rules rules;
    for (auto i = random() % 12; i > 0; --i) {
      const std::string source = pick_text(random, 1 + random() % 3);
      if (utf8::is_valid(source))
        rules[source] = random() % 4 == 0 ? "" : utf8::replace_invalid(pick_text(random, 1 + random() % 2));
    }
    std::vector<std::string> untouched;
    for (auto i = random() % 3; i > 0; --i) untouched.push_back(pick_text(random, 1 + random() % 2));
    for (int flags = 0; flags < 16; ++flags) {
      const SentencePieceNormalizer part = with_rules(rules, flags);
      const NormalizerChain chain({part}, untouched);
      Naive naive(part, rules, untouched);
      for (int i = 0; i < 10; ++i) {
        const std::string text = pick_text(random, random() % 20);
        std::vector<std::size_t> origins;
        const std::string expected = naive.normalize(text, origins);
        REQUIRE(plain(chain, text) == expected);
        NormalizedText aligned;
        chain.normalize(text, aligned);
        REQUIRE(aligned.text == expected);
        for (std::size_t byte = 0; byte < expected.size(); ++byte) {
          REQUIRE(aligned.begins[byte] == origins[byte]);
          REQUIRE(aligned.ends[byte] == origins[byte + 1]);
        }
      }
    }
  }
}

TEST_CASE("every case and every malformed text is normalized as by the six SentencePiece models") {
  if (!reference_data::available()) return;
  const std::string cases_file = reference_data::read_fixture("tokenizers/cases.jsonl");
  const std::string invalid_file = reference_data::read_fixture("tokenizers/invalid_utf8.jsonl");
  const auto cases = reference_data::lines(cases_file), invalid = reference_data::lines(invalid_file);
  for (const auto& [name, path] : kModels) {
    CAPTURE(name);
    const std::string file = reference_data::data_path(path);
    const NormalizerChain chain = of_model(Tokenizer::load(file).definition());
    const std::string rows_file = reference_data::read_fixture(std::string("tokenizers/encode/") + name + ".jsonl.xz");
    for (const std::string_view line : reference_data::lines(rows_file)) {
      const Json row = parse_json(std::string(line), name);
      const Json text = parse_json(std::string(cases.at(row.at("case").get<std::size_t>())), name);
      CAPTURE(row.at("case").get<std::size_t>());
      REQUIRE(plain(chain, text.at("text").get<std::string>()) == row.at("normalized").get<std::string>());
    }
    const std::string invalid_rows = reference_data::read_fixture(std::string("tokenizers/invalid/") + name + ".jsonl");
    for (const std::string_view line : reference_data::lines(invalid_rows)) {
      const Json row = parse_json(std::string(line), name);
      const Json text = parse_json(std::string(invalid.at(row.at("case").get<std::size_t>())), name);
      CAPTURE(row.at("case").get<std::size_t>());
      REQUIRE(plain(chain, unhex(text.at("hex").get<std::string>())) ==
              unhex(row.at("normalized_hex").get<std::string>()));
    }
  }
}
