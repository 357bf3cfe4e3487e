#include "tokenizers/pre_tokenizers/pre_tokenizer_chain.h"

#include <catch2/catch.hpp>

#include "core/text/utf8.h"

namespace quern {
namespace {

// Pieces as "text@begin-end", the places being characters of the original, as Hugging Face's pre_tokenize_str shows them.
std::string cut(const std::vector<PreTokenizer>& parts, const std::string& original, bool begins_document = true) {
  NormalizedText text;
  text.assign(original);
  PreTokenizerChain::Scratch scratch;
  const PreTokenizerChain chain(parts);
  chain.cut(text, begins_document, scratch);
  std::string shown, plain_shown;
  for (const TextRange& piece : scratch.pieces) {
    const auto [begin, end] = text.original(piece.begin, piece.end);
    const auto place = [&](std::size_t at) { return std::to_string(utf8::count_code_points(original.substr(0, at))); };
    const std::string own = text.text.substr(piece.begin, piece.end - piece.begin);
    shown += (shown.empty() ? "" : " ") + own + "@" + place(begin) + "-" + place(end);
    plain_shown += own + "|";
  }
  // Without spans the same pieces come out.
  NormalizedText plain{original, {}, {}};
  chain.cut(plain, begins_document, scratch);
  std::string again;
  for (const TextRange& piece : scratch.pieces) again += plain.text.substr(piece.begin, piece.end - piece.begin) + "|";
  CHECK(again == plain_shown);
  CHECK(plain.begins.empty());
  return shown;
}

}  // namespace

// What tokenizers 0.23.3 gives for the same parts and texts.
TEST_CASE("parts that cut at characters cut where Hugging Face does") {
  CHECK(cut({BertPreTokenizer{}}, "Hey, wie geht's?　磨。") == "Hey@0-3 ,@3-4 wie@5-8 geht@9-13 '@13-14 s@14-15 ?@15-16 磨@17-18 。@18-19");
  CHECK(cut({WhitespacePreTokenizer{}}, "a.b  c,,d") == "a@0-1 .@1-2 b@2-3 c@5-6 ,,@6-8 d@8-9");
  CHECK(cut({WhitespaceSplitPreTokenizer{}}, " a.b\tc ") == "a.b@1-4 c@5-6");
  CHECK(cut({CharDelimiterSplitPreTokenizer{U'x'}}, "axxbx") == "a@0-1 b@3-4");
  CHECK(cut({PunctuationPreTokenizer{SplitBehavior::merged_with_next}}, "a..b,c") == "a@0-1 .@1-2 .b@2-4 ,c@4-6");
  CHECK(cut({PunctuationPreTokenizer{SplitBehavior::contiguous}}, "a..b,c") == "a@0-1 ..@1-3 b@3-4 ,@4-5 c@5-6");
  CHECK(cut({DigitsPreTokenizer{false}}, "a12b3") == "a@0-1 12@1-3 b@3-4 3@4-5");
  CHECK(cut({DigitsPreTokenizer{true}}, "a12b3") == "a@0-1 1@1-2 2@2-3 b@3-4 3@4-5");
  CHECK(cut({UnicodeScriptsPreTokenizer{}}, "1 a ж") == "1 @0-2 a @2-4 ж@4-5");
  CHECK(cut({UnicodeScriptsPreTokenizer{}}, " aカタ漢字ひ") == "a@1-2 カタ漢字ひ@2-7");
  CHECK(cut({UnicodeScriptsPreTokenizer{}}, "  ") == "");
  CHECK(cut({FixedLengthPreTokenizer{3}}, "abcdéfg") == "abc@0-3 déf@3-6 g@6-7");
}

TEST_CASE("Metaspace marks white space and where a text begins") {
  using enum PrependScheme;
  const auto metaspace = [](PrependScheme scheme, bool split) { return MetaspacePreTokenizer{U'▁', scheme, split}; };
  CHECK(cut({metaspace(always, true)}, "  a b") == "▁@0-1 ▁a@1-3 ▁b@3-5");
  CHECK(cut({metaspace(always, false)}, "a b") == "▁a▁b@0-3");
  CHECK(cut({metaspace(first, true)}, "ab c") == "▁ab@0-2 ▁c@2-4");
  CHECK(cut({metaspace(first, true)}, "ab", false) == "ab@0-2");
  CHECK(cut({metaspace(never, true)}, "ab c") == "ab@0-2 ▁c@2-4");
  CHECK(cut({metaspace(always, true)}, "▁a") == "▁a@0-2");
  CHECK(cut({WhitespaceSplitPreTokenizer{}, metaspace(always, true)}, "a b") == "▁a@0-1 ▁b@2-3");
  CHECK(cut({WhitespaceSplitPreTokenizer{}, metaspace(first, true)}, "a b") == "▁a@0-1 b@2-3");
}

TEST_CASE("ByteLevel spells bytes out, and other parts may follow") {
  CHECK(cut({ByteLevelPreTokenizer{true, true}, DigitsPreTokenizer{true}}, "ä12 b") == "ĠÃ¤@0-1 1@1-2 2@2-3 Ġb@3-5");
  CHECK(cut({ByteLevelPreTokenizer{false, false}}, "é b") == "Ã©Ġb@0-3");
}

}  // namespace quern
