// What each decoder makes of a list of tokens; the texts on the right are Hugging Face 0.23.3's.
#include <catch2/catch.hpp>

#include "core/error.h"
#include "tokenizers/decoders/decoding.h"

using namespace quern;

namespace {

std::string decode(const std::vector<Decoder>& decoders, const std::vector<std::string>& tokens) {
  TokenizerDefinition definition;
  definition.decoders = decoders;
  TokenList list;
  for (const std::string& token : tokens) list.add(token);
  return Decoding(definition, {}).decode(std::move(list), {});
}

ReplaceDecoder replace_literal(const char* text, const char* by) { return {SplitPattern::from_literal(text), by}; }
ReplaceDecoder replace_regex(const char* source, const char* by) { return {SplitPattern::from_regex(source), by}; }

}  // namespace

TEST_CASE("tokens without a decoder stand as they are spelled") {
  CHECK(decode({}, {"mill", "##ing", ""}) == "mill ##ing ");
  CHECK(decode({}, {}).empty());
}

TEST_CASE("ByteLevel takes tokens that spell no bytes as they are, and mends what is no UTF-8") {
  const std::vector<Decoder> decoders = {ByteLevelDecoder{}, FuseDecoder{}};  // as a step, not as the stream of bytes
  CHECK(decode(decoders, {"Ġa", "<é>", "Ġx y", "Ã", "©"}) == " a<\uFFFD>Ġx y\u00E9");
  CHECK(decode({ByteLevelDecoder{}, replace_literal("\uFFFD", "?")}, {"Ã", "x", "Ġ"}) == "?x ");
}

TEST_CASE("WordPiece joins parts of words, and closes up English punctuation token by token") {
  const WordPieceDecoder wordpiece;
  CHECK(decode({wordpiece}, {"##a", "##b", "do", "not", " .", ".", "don", "'", "t", "a ' b", "x", "n't", "'s", ". .", "'", "m",
                             " do not"}) == "##ab do not .. don ' t a'b xn't's.. ' m  don't");
  CHECK(decode({wordpiece}, {"a", "do not"}) == "a don't");
  CHECK(decode({wordpiece}, {"[CLS]", "##", "####x"}) == "[CLS]##x");
  CHECK(decode({WordPieceDecoder{.prefix = ""}}, {"a", "b", "."}) == "ab.");
  CHECK(decode({WordPieceDecoder{.cleanup = false}}, {"a", "##b", "."}) == "ab .");
}

TEST_CASE("Metaspace drops every mark of the first token, unless it was never put there") {
  for (const PrependScheme scheme : {PrependScheme::always, PrependScheme::first}) {
    const MetaspaceDecoder metaspace{.prepend_scheme = scheme};
    CHECK(decode({metaspace}, {"▁a▁▁b", "▁c", "▁"}) == "ab c ");
    CHECK(decode({metaspace}, {"▁", "▁a"}) == " a");
    CHECK(decode({metaspace}, {"", "▁a"}) == " a");
  }
  CHECK(decode({MetaspaceDecoder{.prepend_scheme = PrependScheme::never}}, {"▁a▁▁b", "▁c", "▁"}) == " a  b c ");
}

TEST_CASE("BPE ends words at the suffix, but not at the end of the text") {
  CHECK(decode({BpeDecoder{}}, {"a</w>", "b", "c</w>", "</w>d</w>"}) == "a bc d");
  CHECK(decode({BpeDecoder{}}, {"a</w>"}) == "a");
  CHECK(decode({BpeDecoder{}}, {}).empty());
  CHECK(decode({BpeDecoder{.suffix = ""}}, {"ab", "cd"}) == " a b cd");
  CHECK(decode({BpeDecoder{.suffix = ""}}, {"中", "x"}) == " 中 x");
}

TEST_CASE("CTC keeps one token of a run and none of the padding") {
  CHECK(decode({CtcDecoder{}}, {"<pad>", "<pad>", "h", "h", "e", "<pad>", "l", "l", "<pad>", "l", "o", "|", "|", "w", " .", "."}) ==
        "hello w..");
  CHECK(decode({CtcDecoder{}}, {"a<pad>b", "a<pad>b"}) == "ab");
  CHECK(decode({CtcDecoder{}}, {"|", "<pad>", "|"}) == "  ");
  CHECK(decode({CtcDecoder{}}, {" do not", "|"}) == " don't ");
  CHECK(decode({CtcDecoder{.cleanup = false}}, {"h", "|", "x |", " ."}) == "h|x | .");
  CHECK(decode({CtcDecoder{.pad_token = "", .word_delimiter_token = ""}}, {"h", "|", "x |", " ."}) == " h  |  x   |  . ");
}

TEST_CASE("Replace finds texts and expressions token by token, empty ones too") {
  CHECK(decode({replace_literal("▁", " ")}, {"▁a▁▁", "b", ""}) == " a  b");
  CHECK(decode({replace_literal("", "X")}, {"ab", "é"}) == "XaXbXXéX");
  CHECK(decode({replace_literal("", "X")}, {"", ""}).empty());
  CHECK(decode({replace_regex("a*", "X")}, {"baac", "", "aaa"}) == "XbXcXX");
  CHECK(decode({replace_regex("(a)(b)?", "$1\\1")}, {"baac"}) == "b$1\\1$1\\1c");
  CHECK(decode({replace_regex("^a", "X")}, {"aab", "a"}) == "XabX");
  CHECK(decode({replace_regex("a|$", "X")}, {"baa"}) == "bXX");
  CHECK(decode({replace_regex("(?=a)|b", "X")}, {"baab"}) == "XaXaX");
  CHECK_THROWS_AS(decode({replace_regex("(", "X")}, {"a"}), Error);
}

TEST_CASE("Strip takes so many characters off either end, where there are as many") {
  CHECK(decode({StripDecoder{.start = 2}}, {"   a ", " ", "  "}) == " a ");
  CHECK(decode({StripDecoder{.stop = 2}}, {"   a   ", " ", ""}) == "   a ");
  CHECK(decode({StripDecoder{.content = U'a', .start = 3, .stop = 3}}, {"aab aa"}) == "b ");
  CHECK(decode({StripDecoder{.content = U'中', .start = 1, .stop = 1}}, {"中中a中", "中"}) == "中a");
}

TEST_CASE("byte tokens in a row are their text, or one replacement character each") {
  CHECK(decode({ByteFallbackDecoder{}}, {"<0xE4>", "<0xB8>", "<0xAD>", "x", "<0xE4>", "<0xB8>", "y", "<0x+5>", "<0x-5>", "<0xe4>",
                                         "<0xé>", "<0x4>", "<0x41>", "<0xE4>", "<0x41>"}) ==
        "中x\uFFFD\uFFFDy\x05<0x-5>\uFFFD<0xé><0x4>\uFFFD\uFFFD\uFFFD");
  CHECK(decode({ByteFallbackDecoder{}}, {"<0xED>", "<0xA0>", "<0x80>"}) == "\uFFFD\uFFFD\uFFFD");
  CHECK(decode({ByteFallbackDecoder{}}, {"<0x+ >", "<0x++>", "<0x+f>"}) == "<0x+ ><0x++>\x0F");
}

TEST_CASE("decoders run one after the other") {
  const std::vector<Decoder> llama = {replace_literal("▁", " "), ByteFallbackDecoder{}, FuseDecoder{}, StripDecoder{.start = 1}};
  CHECK(decode(llama, {"▁a", "<0x20>", "▁b"}) == "a  b");
  CHECK(decode(llama, {"", "▁a"}) == "a");
  CHECK(decode({FuseDecoder{}, WordPieceDecoder{}}, {"a", "##b", "c"}) == "a##bc");
  CHECK(decode({WordPieceDecoder{}, ByteLevelDecoder{}}, {"aĠ", "##b", "c"}) == "a b c");
  CHECK(decode({FuseDecoder{}, BpeDecoder{}}, {}).empty());
  CHECK(decode({FuseDecoder{}, MetaspaceDecoder{}}, {"", "▁a", "▁b▁▁"}) == "ab");
}
