// Every component of tokenizer.json 1.0, in Hugging Face's spelling: what is read, what is supplied, what is written back.
#include <catch2/catch.hpp>

#include "core/error.h"
#include "core/json.h"
#include "tokenizers/formats/registry.h"

namespace quern {
namespace {

constexpr const char* kModel = R"({"type":"WordLevel","vocab":{"a":0,"[UNK]":1},"unk_token":"[UNK]"})";

TokenizerDefinition read(const std::string& member, const std::string& value) {
  const std::string model = member == "model" ? "" : std::string(R"("model":)") + kModel + ",";
  return formats::read_tokenizer_json("{" + model + "\"" + member + "\":" + value + "}", "t.json");
}

// The member after reading and writing, on one line.
std::string rewritten(const std::string& member, const std::string& value) {
  return parse_json(formats::write_tokenizer_json(read(member, value)), "written").at(member).dump();
}

std::string refusal(const std::string& member, const std::string& value) {
  try {
    read(member, value);
    return "nothing was refused";
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::format || error.code() == ErrorCode::unsupported));
    return error.message();
  }
}

struct Spelling {
  const char *read, *written;  // null: as it was read
};

void check_spellings(const std::string& member, const std::vector<Spelling>& spellings) {
  for (const auto& [read, written] : spellings) CHECK(rewritten(member, read) == (written ? written : read));
}

}  // namespace

TEST_CASE("every normalizer comes back, with what Hugging Face supplies") {
  check_spellings(
      "normalizer",
      {{"null", {}},
       {R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":null,"lowercase":true})",
        {}},
       {R"({"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":true,"lowercase":false})",
        R"({"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":true,"strip_accents":null,"lowercase":false})"},
       {R"({"type":"NFC"})", {}},
       {R"({"type":"NFD"})", {}},
       {R"({"type":"NFKC"})", {}},
       {R"({"type":"NFKD"})", {}},
       {R"({"type":"Lowercase"})", {}},
       {R"({"type":"Strip","strip_left":true,"strip_right":false})", {}},
       {R"({"type":"StripNormalizer","strip_left":false,"strip_right":true})",
        R"({"type":"Strip","strip_left":false,"strip_right":true})"},
       {R"({"type":"StripAccents"})", {}},
       {R"({"type":"Nmt"})", {}},
       {R"({"type":"Replace","pattern":{"String":"``"},"content":"\""})", {}},
       {R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"})", {}},
       {R"({"type":"Prepend","prepend":"▁"})", {}},
       {R"({"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAAA="})", {}},
       {R"({"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAAA"})",
        R"({"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAAA="})"},
       {R"({"type":"ByteLevel"})", {}},
       {R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]})", {}},
       {R"({"type":"Sequence","normalizers":[]})", "null"},
       {R"({"type":"Sequence","normalizers":[{"type":"Sequence","normalizers":[{"type":"NFC"}]},{"type":"Nmt"}]})",
        R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Nmt"}]})"}});
}

TEST_CASE("every pre-tokenizer comes back, and old keys become new ones") {
  check_spellings(
      "pre_tokenizer",
      {{R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false})", {}},
       {R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true})",
        R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})"},
       {R"({"type":"BertPreTokenizer"})", {}},
       {R"({"type":"Whitespace"})", {}},
       {R"({"type":"WhitespaceSplit"})", {}},
       {R"({"type":"CharDelimiterSplit","delimiter":"語"})", {}},
       {R"({"type":"Punctuation"})", R"({"type":"Punctuation","behavior":"Isolated"})"},
       {R"({"type":"Punctuation","behavior":"MergedWithPrevious"})", {}},
       {R"({"type":"Digits","individual_digits":true})", {}},
       {R"({"type":"UnicodeScripts"})", {}},
       {R"({"type":"FixedLength"})", R"({"type":"FixedLength","length":5})"},
       {R"({"type":"FixedLength","length":3})", {}},
       {R"({"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithNext","invert":true})", {}},
       {R"({"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"Contiguous","invert":false})", {}},
       {R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false})", {}},
       {R"({"type":"Metaspace","replacement":"_"})",
        R"({"type":"Metaspace","replacement":"_","prepend_scheme":"always","split":true})"},
       {R"({"type":"Metaspace","replacement":"_","str_rep":"x","add_prefix_space":true})",
        R"({"type":"Metaspace","replacement":"_","prepend_scheme":"always","split":true})"},
       {R"({"type":"Metaspace","replacement":"_","str_rep":"_","add_prefix_space":false})",
        R"({"type":"Metaspace","replacement":"_","prepend_scheme":"never","split":true})"},
       {R"({"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Punctuation","behavior":"Removed"}]})",
        {}}});
}

TEST_CASE("every post-processor comes back, the special tokens of a template sorted by name") {
  check_spellings(
      "post_processor",
      {{R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true})", {}},
       {R"({"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0],"trim_offsets":true,"add_prefix_space":false})",
        {}},
       {R"({"type":"BertProcessing","sep":["[SEP]",102],"cls":["[CLS]",101]})", {}},
       {R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"b","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],)"
        R"("pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],)"
        R"("special_tokens":{"b":{"id":"b","ids":[1,0],"tokens":["x","y"]},"a":{"id":"a","ids":[0],"tokens":["a"]}}})",
        R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"b","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],)"
        R"("pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],)"
        R"("special_tokens":{"a":{"id":"a","ids":[0],"tokens":["a"]},"b":{"id":"b","ids":[1,0],"tokens":["x","y"]}}})"},
       {R"({"type":"Sequence","processors":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},)"
        R"({"type":"BertProcessing","sep":["a",0],"cls":["a",0]}]})",
        {}}});
}

TEST_CASE("every decoder comes back") {
  check_spellings("decoder",
                  {{R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})", {}},
                   {R"({"type":"WordPiece","prefix":"##","cleanup":false})", {}},
                   {R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true})", {}},
                   {R"({"type":"BPEDecoder","suffix":"</w>"})", {}},
                   {R"({"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true})", {}},
                   {R"({"type":"Fuse"})", {}},
                   {R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},)"
                    R"({"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]})",
                    {}},
                   // No decoder puts spaces between tokens, an empty sequence puts nothing there.
                   {R"({"type":"Sequence","decoders":[]})", R"({"type":"Fuse"})"},
                   {"null", {}}});
}

TEST_CASE("every model comes back, and without a type it is told by its members") {
  const char* kBpe =
      R"({"type":"BPE","dropout":0.1,"unk_token":"a","continuing_subword_prefix":"##","end_of_word_suffix":"</w>",)"
      R"("fuse_unk":true,"byte_fallback":true,"ignore_merges":true,"vocab":{"a":0,"##b":1,"ab":2},"merges":[["a","##b"]]})";
  const char* kPlainBpe =
      R"({"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,)"
      R"("fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]})";
  const char* kWordPiece =
      R"({"type":"WordPiece","unk_token":"a","continuing_subword_prefix":"##","max_input_chars_per_word":7,"vocab":{"a":0,"":1,"c":2}})";
  const char* kUnigram = R"({"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["▁a",-1.5]],"byte_fallback":false})";
  check_spellings(
      "model",
      {{kBpe, {}},
       {kPlainBpe, {}},
       {R"({"vocab":{"a":0,"b":1,"ab":2},"merges":["#version: 0.2","a b"],"dropout":null,"end_of_word_suffix":""})",
        kPlainBpe},
       {kWordPiece, {}},
       {R"({"unk_token":"a","continuing_subword_prefix":"##","max_input_chars_per_word":7,"vocab":{"a":0,"":1,"c":2}})",
        kWordPiece},
       {kModel, {}},
       {R"({"vocab":{"a":0,"[UNK]":1},"unk_token":"[UNK]","continuing_subword_prefix":"##"})", kModel},
       {kUnigram, {}},
       {R"({"unk_id":0,"vocab":[["<unk>",0],["▁a",-1.5]]})", kUnigram},
       {R"({"type":"Unigram","vocab":[["a",-1e-7]]})",
        R"({"type":"Unigram","unk_id":null,"vocab":[["a",-1e-07]],"byte_fallback":false})"}});
}

TEST_CASE("truncation and padding come back") {
  check_spellings("truncation",
                  {{R"({"direction":"Left","max_length":512,"strategy":"OnlySecond","stride":128})", {}},
                   {R"({"max_length":5,"strategy":"LongestFirst","stride":0})",
                    R"({"direction":"Right","max_length":5,"strategy":"LongestFirst","stride":0})"}});
  check_spellings(
      "padding",
      {{R"({"strategy":"BatchLongest","direction":"Right","pad_to_multiple_of":8,"pad_id":0,"pad_type_id":1,"pad_token":"[PAD]"})",
        {}},
       {R"({"strategy":{"Fixed":64},"direction":"Left","pad_id":3,"pad_type_id":0,"pad_token":"x"})",
        R"({"strategy":{"Fixed":64},"direction":"Left","pad_to_multiple_of":null,"pad_id":3,"pad_type_id":0,"pad_token":"x"})"}});
}

TEST_CASE("added tokens are numbered as Hugging Face numbers them, whatever ids the file gives") {
  const auto token = [](const char* content, int id, bool lstrip) {
    return R"({"id":)" + std::to_string(id) + R"(,"content":")" + content + R"(","single_word":true,"lstrip":)" +
           (lstrip ? "true" : "false") + R"(,"rstrip":true,"normalized":false,"special":false})";
  };
  const auto listed = [&](const std::string& tokens) { return rewritten("added_tokens", "[" + tokens + "]"); };
  const std::string both = "[" + token("a", 0, false) + "," + token("x", 2, true) + "," + token("y", 3, false) + "]";
  CHECK(listed(token("x", 9, true) + "," + token("y", 2, false) + "," + token("a", 0, false)) == both);
  CHECK(listed(token("x", 2, false) + "," + token("y", 3, false) + "," + token("x", 2, true) + "," +
               token("a", 0, false)) == both);  // said twice: the later flags count
}

TEST_CASE("what a component lacks or has wrong is named") {
  const std::vector<std::array<const char*, 3>> cases = {
      {"normalizer", R"({"type":"Strip","strip_left":true})", "/normalizer/strip_right: missing, expected true or false"},
      {"normalizer", R"({"type":"Replace","pattern":{"String":"a","Regex":"b"},"content":""})",
       "/normalizer/pattern: expected one of String and Regex"},
      {"normalizer", R"({"type":"Precompiled","precompiled_charsmap":"A*"})",
       "/normalizer/precompiled_charsmap: not base64"},
      {"normalizer", R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Zalgo"}]})",
       "/normalizer/normalizers/1: normalizer \"Zalgo\" cannot be used yet"},
      {"normalizer", R"({"clean_text":true})", "/normalizer/type: missing, expected a string"},
      {"pre_tokenizer", R"({"type":"CharDelimiterSplit","delimiter":"ab"})",
       "/pre_tokenizer/delimiter: expected a single character"},
      {"pre_tokenizer", R"({"type":"Metaspace","replacement":"_","add_prefix_space":false,"prepend_scheme":"first"})",
       "/pre_tokenizer/add_prefix_space: contradicts prepend_scheme"},
      {"pre_tokenizer", R"({"type":"FixedLength","length":0})", "/pre_tokenizer/length: pieces of no characters"},
      {"pre_tokenizer", R"({"type":"Punctuation","behavior":"isolated"})",
       "/pre_tokenizer/behavior: unknown behavior \"isolated\""},
      {"post_processor", R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"z","type_id":0}}],"pair":[],"special_tokens":{}})",
       "/post_processor/special_tokens: the template uses \"z\", which is not there"},
      {"decoder", R"({"type":"ByteLevel"})", "/decoder/add_prefix_space: missing, expected true or false"},
      {"model", R"({"type":"BPE","vocab":{"a":0},"merges":[],"dropout":1.5})", "/model/dropout: is not between 0 and 1"},
      {"model", R"({"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"],"continuing_subword_prefix":"##"})",
       "/model/merges/0: \"b\" is shorter than the mark of continuation"},
      {"model", R"({"type":"Unigram","vocab":[["a",0],["a",-1]]})", "token \"a\" is there twice"},
      {"model", R"({"type":"Unigram","vocab":[["a",0],["b","c"]]})", "/model/vocab/1: expected a string and its score"},
      {"model", R"({"type":"Unigram","vocab":[["a",0]],"unk_id":1})", "/model/unk_id: is not in the vocabulary"},
      {"model", R"({"vocab":{"a":0}})", "/model: has no type, and the members of none of them"},
      {"truncation", R"({"max_length":5,"strategy":"DoNot","stride":0})", "/truncation/strategy: unknown strategy \"DoNot\""},
      {"padding", R"({"strategy":{"Fixed":0},"direction":"Left","pad_id":3,"pad_type_id":0,"pad_token":"x"})",
       "/padding/strategy: padding to a length of 0 cannot be used yet"}};
  for (const auto& [member, value, expected] : cases) CHECK(refusal(member, value) == expected);
}

}  // namespace quern
