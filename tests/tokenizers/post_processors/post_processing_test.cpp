// Windows of one and two texts; what is expected is what Hugging Face 0.23.3 gives.
#include "tokenizers/post_processors/post_processing.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tokenizers/post_processors/padding.h"

using namespace quern;
using Ids = std::vector<TokenId>;
using Spans = std::vector<Offsets>;

namespace {

constexpr TokenId kCls = 5, kSep = 6;
const std::pair<std::string, TokenId> kClsToken = {"[C]", kCls}, kSepToken = {"[S]", kSep};

const BertPostProcessor kBert{.sep = kSepToken, .cls = kClsToken};
const ByteLevelPostProcessor kTrims{.add_prefix_space = true, .trim_offsets = true};

RobertaPostProcessor roberta(bool trims) {
  return {.sep = kSepToken, .cls = kClsToken, .trim_offsets = trims, .add_prefix_space = false};
}

TemplatePiece a(TokenId type) { return {TemplatePiece::Kind::sequence_a, "", type}; }
TemplatePiece b(TokenId type) { return {TemplatePiece::Kind::sequence_b, "", type}; }
TemplatePiece special(const char* name, TokenId type) { return {TemplatePiece::Kind::special, name, type}; }

TemplatePostProcessor template_of(std::vector<TemplatePiece> single, std::vector<TemplatePiece> pair) {
  return {std::move(single), std::move(pair), {{"[C]", {kCls}, {"[C]"}}, {"[S]", {kSep}, {"[S]"}}}};
}

// A text of " a" again and again, each a token of its own, number 10 and on.
struct Text {
  explicit Text(std::size_t count, TokenId first = 10) {
    for (std::size_t i = 0; i < count; ++i) {
      text += " a";
      ids.push_back(first + static_cast<TokenId>(i));
      offsets.emplace_back(2 * i, 2 * i + 2);
      words.push_back(static_cast<std::int32_t>(i));
      white_space.push_back({1, 0});
    }
  }
  operator TextTokens() const { return {text, ids, offsets, words, white_space}; }

  std::string text;
  Ids ids;
  Spans offsets;
  std::vector<std::int32_t> words;
  std::vector<WhiteSpace> white_space;
};

std::vector<Window> windows(const std::vector<PostProcessor>& parts, const std::vector<Text>& texts,
                            std::optional<Truncation> truncation = {}, bool add_special = true) {
  const std::vector<TextTokens> tokens(texts.begin(), texts.end());
  return PostProcessing(parts).windows(
      tokens, {.add_special = add_special, .truncation = truncation ? &*truncation : nullptr, .overflow = true});
}

std::vector<Ids> ids_of(const std::vector<Window>& windows) {
  std::vector<Ids> list;
  for (const Window& window : windows) list.push_back(window.ids);
  return list;
}

Truncation to_length(std::size_t length, std::size_t stride = 0) { return {.max_length = length, .stride = stride}; }

}  // namespace

TEST_CASE("texts without a post-processor follow each other, types 0 and 1") {
  const Window window = windows({}, {Text(2), Text(1, 20)})[0];
  CHECK(window.ids == Ids{10, 11, 20});
  CHECK(window.type_ids == Ids{0, 0, 1});
  CHECK(window.sequences == std::vector<std::int32_t>{0, 0, 1});
  CHECK(window.words == std::vector<std::int32_t>{0, 1, 0});
  CHECK(window.special_mask == std::vector<std::uint8_t>{0, 0, 0});
}

TEST_CASE("BERT, RoBERTa and templates put their tokens around") {
  const Window bert = windows({kBert}, {Text(2), Text(1, 20)})[0];
  CHECK(bert.ids == Ids{kCls, 10, 11, kSep, 20, kSep});
  CHECK(bert.type_ids == Ids{0, 0, 0, 0, 1, 1});
  CHECK(bert.special_mask == std::vector<std::uint8_t>{1, 0, 0, 1, 0, 1});
  CHECK(bert.sequences == std::vector<std::int32_t>{-1, 0, 0, -1, 1, -1});
  CHECK(bert.words == std::vector<std::int32_t>{-1, 0, 1, -1, 0, -1});
  CHECK(bert.offsets == Spans{{0, 0}, {0, 2}, {2, 4}, {0, 0}, {0, 2}, {0, 0}});

  const Window pair = windows({roberta(false)}, {Text(2), Text(1, 20)})[0];
  CHECK(pair.ids == Ids{kCls, 10, 11, kSep, kSep, 20, kSep});
  CHECK(pair.type_ids == Ids(7, 0));

  CHECK(windows({roberta(false)}, {Text(1), Text(3, 20)}, to_length(7))[1].type_ids == Ids(6, 0));
  CHECK(windows({roberta(false)}, {Text(1), Text(3, 20)}, to_length(3), false)[1].type_ids == Ids{0, 1});

  const auto crossed = template_of({special("[C]", 0), a(0), special("[S]", 0)},
                                   {special("[C]", 3), b(2), special("[S]", 1), a(4), special("[S]", 0)});
  CHECK(windows({crossed}, {Text(3), Text(1, 20)})[0].type_ids == Ids{3, 2, 1, 4, 4, 4, 0});
  const Window bare = windows({crossed}, {Text(3), Text(1, 20)}, {}, false)[0];
  CHECK(bare.ids == Ids{20, 10, 11, 12});
  CHECK(bare.type_ids == Ids{2, 4, 4, 4});
  CHECK(bare.sequences == std::vector<std::int32_t>{1, 0, 0, 0});
}

TEST_CASE("cut pairs give each later window of the first with all of the second") {
  const auto cut = windows({kBert}, {Text(3), Text(3, 20)}, to_length(7));
  CHECK(ids_of(cut) == std::vector<Ids>{{kCls, 10, 11, kSep, 20, 21, kSep},
                                        {kCls, 12, kSep, 20, 21, kSep},
                                        {kCls, 12, kSep, 22, kSep},
                                        {kCls, 10, 11, kSep, 22, kSep}});
  // No room at all: the texts are gone, and come whole behind.
  CHECK(ids_of(windows({kBert}, {Text(3), Text(3, 20)}, to_length(3))) ==
        std::vector<Ids>{{kCls, kSep, kSep},
                         {kCls, 10, 11, 12, kSep, kSep},
                         {kCls, 10, 11, 12, kSep, 20, 21, 22, kSep},
                         {kCls, kSep, 20, 21, 22, kSep}});
  CHECK(ids_of(windows({kBert}, {Text(3)}, to_length(2))) == std::vector<Ids>{{kCls, kSep}, {kCls, 10, 11, 12, kSep}});
  CHECK_THROWS_WITH(windows({kBert}, {Text(3)}, to_length(1)), "a length of 1 has no room for the 2 special tokens");
}

TEST_CASE("a text that stands twice in a template multiplies its windows, and later ones lose the template's type") {
  const auto twice = template_of({a(0), special("[S]", 1), a(2)}, {a(0), b(1)});
  const auto cut = windows({twice}, {Text(4)}, to_length(3));
  CHECK(ids_of(cut) ==
        std::vector<Ids>{{10, 11, kSep, 10, 11}, {12, 13, kSep, 10, 11}, {12, 13, kSep, 12, 13}, {10, 11, kSep, 12, 13}});
  CHECK(cut[1].type_ids == Ids{0, 0, 1, 2, 2});
  CHECK(cut[2].type_ids == Ids{0, 0, 1, 0, 0});
}

TEST_CASE("offsets are trimmed window by window, before or behind special tokens") {
  const Spans first = {{0, 0}, {0, 2}, {3, 4}, {0, 0}};
  for (const auto& adding : std::vector<PostProcessor>{kBert, roberta(false)}) {
    const auto before = windows({kTrims, adding}, {Text(4)}, to_length(4, 1));
    CHECK(before[0].offsets == first);
    CHECK(before[1].offsets == Spans{{0, 0}, {2, 4}, {5, 6}, {0, 0}});
    const auto behind = windows({adding, kTrims}, {Text(4)}, to_length(4, 1));
    CHECK(behind[0].offsets == first);
    CHECK(behind[1].offsets == Spans{{0, 0}, {3, 4}, {5, 6}, {0, 0}});
  }
  const auto framed = template_of({special("[C]", 0), a(0), special("[S]", 0)}, {a(0), b(1)});
  CHECK(windows({framed, kTrims}, {Text(4)}, to_length(4, 1))[1].offsets == Spans{{0, 0}, {2, 4}, {5, 6}, {0, 0}});

  const std::vector<PostProcessor> both = {roberta(true), kTrims};
  CHECK(windows(both, {Text(3), Text(1)})[0].offsets ==
        Spans{{0, 0}, {2, 2}, {4, 4}, {6, 6}, {0, 0}, {0, 0}, {2, 2}, {0, 0}});
  CHECK(windows(both, {Text(3), Text(1)}, {}, false)[0].offsets == Spans{{1, 2}, {4, 4}, {6, 6}, {1, 2}});
  const Text text(3);
  Spans offsets = text.offsets;
  PostProcessing(both).trim_offsets(text.text, offsets, text.white_space, true);
  CHECK(offsets == Spans{{2, 2}, {4, 4}, {6, 6}});
}

TEST_CASE("windows that would not fit the memory are refused before they are made") {
  const Text first(1000), second(1000);
  const std::vector<TextTokens> tokens = {first, second};
  const Truncation truncation = to_length(20);
  const PostProcessing post({});
  const WindowOptions options{.truncation = &truncation, .overflow = true, .memory = 1 << 20};
  CHECK_THROWS_WITH(post.windows(tokens, options), "10000 windows of one record do not fit the memory allowed");
  CHECK(post.windows(tokens, {.truncation = &truncation, .memory = 1 << 20}).size() == 1);
}

TEST_CASE("parts that cannot be run are refused") {
  CHECK_THROWS_WITH(PostProcessing({kBert, kBert}), "two post-processors that add special tokens cannot be used");
  CHECK_THROWS_WITH(PostProcessing({template_of({special("[X]", 0), a(0)}, {})}),
                    "the template names \"[X]\", which is not among its special tokens");
}

TEST_CASE("windows are padded on either side to a length, the longest or a multiple") {
  Padding padding{.pad_id = 9, .pad_type_id = 3};
  CHECK(padded_length(5, padding) == 5);
  padding.pad_to_multiple_of = 4;
  CHECK(padded_length(5, padding) == 8);
  CHECK(padded_length(8, padding) == 8);
  padding.length = 3;
  CHECK(padded_length(5, padding) == 4);

  Window right = windows({kBert}, {Text(1)})[0], left = right;
  pad(right, 5, padding);
  CHECK(right.ids == Ids{kCls, 10, kSep, 9, 9});
  CHECK(right.type_ids == Ids{0, 0, 0, 3, 3});
  CHECK(right.attention_mask == std::vector<std::uint8_t>{1, 1, 1, 0, 0});
  CHECK(right.special_mask == std::vector<std::uint8_t>{1, 0, 1, 1, 1});
  CHECK(right.sequences == std::vector<std::int32_t>{-1, 0, -1, -1, -1});
  padding.direction = Side::left;
  pad(left, 4, padding);
  CHECK(left.ids == Ids{9, kCls, 10, kSep});
  CHECK(left.offsets == Spans{{0, 0}, {0, 0}, {0, 2}, {0, 0}});
  pad(left, 2, padding);
  CHECK(left.size() == 4);
}
