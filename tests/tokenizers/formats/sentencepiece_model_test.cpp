// SentencePiece's .model: real files come back byte for byte, damaged ones are refused at the byte.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/io/input.h"
#include "tests/support/reference_data.h"
#include "tests/support/temporary_directory.h"
#include "tokenizers/formats/protobuf_wire.h"
#include "tokenizers/formats/registry.h"

namespace quern {
namespace {

using Kind = SentencePiece::Kind;
using formats::read_sentencepiece;
using formats::write_sentencepiece;

TokenizerDefinition small_definition() {
  SentencePieceModel model;
  model.algorithm = SentencePieceModel::Algorithm::bpe;
  model.pieces = {{"<unk>", 0, Kind::unknown},  {"<s>", 0, Kind::control}, {"</s>", 0, Kind::control},
                  {"\u2581a", -0.5f, Kind::normal}, {"麦", -1.25f, Kind::normal}, {"<x>", 0, Kind::user_defined}};
  model.unk_surface = "?";
  TokenizerDefinition definition;
  definition.model = std::move(model);
  definition.normalizers = {SentencePieceNormalizer{.name = "rules", .charsmap = std::string("\x04\0\0\0abcd", 8)}};
  definition.decoders = {SentencePieceDecoder{}};
  definition.specials_in_text = false;
  return definition;
}

SentencePieceModel& model_of(TokenizerDefinition& definition) { return std::get<SentencePieceModel>(definition.model); }
SentencePieceNormalizer& normalizer_of(TokenizerDefinition& definition) {
  return std::get<SentencePieceNormalizer>(definition.normalizers[0]);
}

struct Refusal {
  std::string message = "nothing was refused";
  std::uint64_t byte = 0;
};

Refusal refusal(const std::string& bytes) {
  try {
    read_sentencepiece(bytes, "m.model");
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::format);
    CHECK(error.where().path == "m.model");
    return {error.message(), error.where().byte};
  }
}

std::string piece(const std::string& text, float score, int kind) {
  std::string message, whole;
  formats::wire::append_bytes(message, 1, text);
  formats::wire::append_float(message, 2, score);
  formats::wire::append_varint(message, 3, static_cast<std::uint64_t>(kind));
  formats::wire::append_bytes(whole, 1, message);
  return whole;
}

}  // namespace

TEST_CASE("real SentencePiece models come back byte for byte") {
  if (!reference_data::available()) return;
  for (const char* name : {"llama2/tokenizer.model", "blingfire/bpe_example/m.model", "blingfire/bpe_example2/m.model",
                           "blingfire/xlnet/spiece.model", "sentencepiece/python/test/test_model.model",
                           "sentencepiece/python/test/test_ja_model.model"}) {
    CAPTURE(name);
    const std::string path = reference_data::data_path(std::string("tokref/") + name);
    const std::string bytes = read_file(path);
    CHECK((write_sentencepiece(formats::read(path)) == bytes));
  }
}

TEST_CASE("Llama 2's model says what it is") {
  if (!reference_data::available()) return;
  auto d = formats::read(reference_data::data_path("tokref/llama2/tokenizer.model"));
  const SentencePieceModel& model = model_of(d);
  CHECK(model.algorithm == SentencePieceModel::Algorithm::bpe);
  CHECK(model.pieces.size() == 32000);
  CHECK(model.byte_fallback);
  CHECK(model.pieces[3] == SentencePiece{"<0x00>", 0, Kind::byte});
  CHECK(model.pieces[259] == SentencePiece{"\u2581\u2581", -1e9f, Kind::normal});
  CHECK(model.unk_surface == " \u2047 ");
  const SentencePieceNormalizer expected{.name = "identity", .charsmap = "", .remove_extra_whitespaces = false};
  CHECK(normalizer_of(d) == expected);
}

TEST_CASE("a definition comes back, and so do its bytes") {
  auto d = small_definition();
  const std::string bytes = write_sentencepiece(d);
  auto read = read_sentencepiece(bytes, "m");
  CHECK(write_sentencepiece(read) == bytes);
  CHECK(model_of(read).pieces == model_of(d).pieces);
  CHECK(model_of(read).unk_surface == "?");
  CHECK(read.normalizers == d.normalizers);
  CHECK(read.decoders == d.decoders);
}

TEST_CASE("what a member says replaces what the file said, and nothing else moves") {
  auto d = read_sentencepiece(write_sentencepiece(small_definition()), "m");
  // Fields that quern has no member for: training input, a later version's number, extensions of all three messages.
  formats::wire::append_bytes(model_of(d).trainer_spec, 1, "corpus.txt");
  formats::wire::append_varint(model_of(d).trainer_spec, 200, 7);
  formats::wire::append_bytes(model_of(d).normalizer_spec, 6, "a\tb\n");
  formats::wire::append_bytes(model_of(d).unknown_fields, 300, "later");
  formats::wire::append_bytes(model_of(d).self_test_data, 1, "test");
  formats::wire::append_bytes(model_of(d).denormalizer_spec, 1, "back");
  CHECK(read_sentencepiece(write_sentencepiece(d), "m") == d);
  model_of(d).algorithm = SentencePieceModel::Algorithm::unigram;
  model_of(d).eos_piece = "<end>";
  normalizer_of(d).whitespace_as_suffix = true;
  normalizer_of(d).add_dummy_prefix = false;
  normalizer_of(d).charsmap.clear();
  normalizer_of(d).name = "other";
  auto read = read_sentencepiece(write_sentencepiece(d), "m");
  CHECK(read.normalizers == d.normalizers);
  CHECK(model_of(read).algorithm == SentencePieceModel::Algorithm::unigram);
  CHECK(model_of(read).eos_piece == "<end>");
  CHECK(model_of(read).unknown_fields == model_of(d).unknown_fields);
  CHECK(write_sentencepiece(read) == write_sentencepiece(d));
}

TEST_CASE("a score of 0 is left out where the file left it out") {
  auto d = small_definition();
  model_of(d).zero_scores = false;
  model_of(d).pieces[3].score = 0;  // a normal piece's is always there
  auto read = read_sentencepiece(write_sentencepiece(d), "m");
  CHECK(!model_of(read).zero_scores);
  CHECK(model_of(read).pieces == model_of(d).pieces);
  CHECK(write_sentencepiece(read) == write_sentencepiece(d));
}

TEST_CASE("a damaged model is refused at its byte") {
  const std::string unk = piece("<unk>", 0, 2), a = piece("a", -1, 1);
  const std::uint64_t second = unk.size();
  const float infinity = std::numeric_limits<float>::infinity();
  std::string in_piece;
  formats::wire::append_bytes(in_piece, 1, std::string("\x0A\x01x\x20\x01", 5));
  const std::vector<std::tuple<std::string, std::string, std::uint64_t>> cases = {
      {"", "no piece is the unknown one", 0},
      {a, "no piece is the unknown one", 0},
      {unk + unk, "field 1: piece \"<unk>\" is there twice", second},
      {unk + piece("x", 0, 2), "field 1: a second unknown piece", second},
      {unk + piece("", 0, 1), "field 1: an empty piece", second},
      {unk + piece(std::string("a\0b", 3), 0, 1), "field 1: a piece with NUL in it", second},
      {unk + piece("\xE9", 0, 1), "field 1: text that is not UTF-8", second + 2},
      {unk + piece("a", infinity, 1), "field 2: a score that is not finite", second + 5},
      {unk + piece("a", std::nanf(""), 1), "field 2: a score that is not finite", second + 5},
      {unk + piece("a", 0, 7), "field 3: no kind of piece has the number 7", second + 10},
      {unk + in_piece, "field 4: a member of a piece that is not known", second + 5},
      {unk + "\x0A\x7F", "field 1: a field of 127 bytes where 0 are left", second},
      {unk + "\x0A", "field 1: ends inside a number", second},
      {unk + "\x80", "ends inside a number", second},
      {unk + "\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", "field 1: a number longer than 64 bits", second},
      {unk + std::string("\x00\x00", 2), "not a field of a protobuf message", second},
      {unk + "\x0B", "field 1: a field of type 3, which such files do not have", second},
      {unk + "\x08\x01", "field 1: expected bytes", second},
      {unk + "\x12\x02\x18\x09", "field 3: no type of model has the number 9", second + 2},
      {unk + piece("<0x41>", 0, 6), "piece \"<0x41>\" is a byte, but byte_fallback is not set", second},
      {unk + piece("<0x41>", 0, 6) + std::string("\x12\x03\x98\x02\x01", 5), "byte_fallback with pieces for 1 bytes", 0},
      {unk + piece("<0xzz>", 0, 6) + std::string("\x12\x03\x98\x02\x01", 5), "piece \"<0xzz>\" is said to be a byte",
       second}};
  for (const auto& [bytes, message, byte] : cases) {
    const Refusal r = refusal(bytes);
    CHECK(r.message == message);
    CHECK(r.byte == byte);
  }
}

TEST_CASE("every truncation of a model is an error or a shorter model, never a crash") {
  const std::string bytes = write_sentencepiece(small_definition());
  std::size_t read = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    try {
      read_sentencepiece(bytes.substr(0, size), "m");
      ++read;
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::format);
      CHECK(error.where().byte <= size);
    }
  }
  CHECK(read == 7);  // cut behind one of the six pieces or the trainer's specification
}

TEST_CASE("a .model is written with its .vocab beside it, and told by content") {
  const test::TemporaryDirectory folder;
  auto d = small_definition();
  formats::write(d, folder / "m.model");
  CHECK(read_file(folder / "m.vocab") == "<unk>\t0\n<s>\t0\n</s>\t0\n\u2581a\t-0.5\n麦\t-1.25\n<x>\t0\n");
  auto read = formats::read(folder.write("renamed", read_file(folder / "m.model")));
  CHECK(model_of(read).pieces == model_of(d).pieces);
  CHECK_THROWS_AS(formats::write(d, folder / "m.model"), Error);  // it exists
  CHECK_NOTHROW(formats::write(d, folder / "m.model", {.force = true}));
  CHECK_THROWS_WITH(formats::read(folder / "m.vocab"), Catch::Contains("but not how text is normalized"));
}

TEST_CASE("a folder's configuration says what stands around a text") {
  const test::TemporaryDirectory folder;
  const auto with_config = [&](const std::string& config, const char* name = "tokenizer.model") {
    folder.write(name, write_sentencepiece(small_definition()));
    folder.write("tokenizer_config.json", config);
    return formats::read(folder.path());
  };
  const auto around = [](const TokenizerDefinition& d) {
    std::string single, pair;
    if (d.post_processors.empty()) return single;
    const auto& part = std::get<TemplatePostProcessor>(d.post_processors.at(0));
    for (const auto& [pieces, text] : {std::pair(&part.single, &single), std::pair(&part.pair, &pair)}) {
      for (const TemplatePiece& piece : *pieces) {
        *text += piece.kind == TemplatePiece::Kind::special ? piece.special
                 : piece.kind == TemplatePiece::Kind::sequence_a ? "A" : "B";
        *text += std::to_string(piece.type_id);
      }
    }
    return single + " " + pair;
  };
  CHECK(around(with_config("{}")) == "");
  const auto llama = with_config(R"({"tokenizer_class": "LlamaTokenizerFast", "bos_token": "<s>", "add_eos_token": true})");
  CHECK(around(llama) == "<s>0A0</s>0 <s>0A0</s>0<s>0B1</s>1");
  CHECK(llama.added_tokens == std::vector<AddedToken>{{.id = 1, .content = "<s>", .normalized = false, .special = true}});
  CHECK(llama.specials_in_text);
  CHECK(around(with_config(R"({"tokenizer_class": "LlamaTokenizer", "add_bos_token": false})")) == "");
  const auto t5 = with_config(R"({"tokenizer_class": "T5Tokenizer", "extra_ids": 2})");
  CHECK(around(t5) == "A0</s>0 A0</s>0B0</s>0");
  CHECK(t5.added_tokens.at(0).content == "<extra_id_1>");
  CHECK(t5.added_tokens.at(1).id == 7);
  CHECK_THROWS_WITH(with_config(R"({"tokenizer_class": "XLNetTokenizer"})"),
                    Catch::Contains("tokenizer class \"XLNetTokenizer\""));
  auto roberta = with_config(R"({"tokenizer_class": "XLMRobertaTokenizer"})", "sentencepiece.bpe.model");
  CHECK(around(roberta) == "<s>0A0</s>0 <s>0A0</s>0</s>0B0</s>0");
  std::string order;
  for (const SentencePiece& p : model_of(roberta).pieces) order += p.text + " ";
  CHECK(order == "<s> <pad> </s> <unk> \u2581a 麦 <x> ");
  CHECK(roberta.added_tokens.back().id == 7);
}

TEST_CASE("a .model refuses what it cannot say, with the reason") {
  const auto reason = [](const TokenizerDefinition& d) {
    try {
      write_sentencepiece(d);
      return std::string("nothing was refused");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::unsupported);
      return error.message().substr(error.message().find(": ") + 2);
    }
  };
  auto d = small_definition();
  d.added_tokens = {{.id = 6, .content = "<y>"}};
  CHECK(reason(d) == "it has no place for the added token \"<y>\"");
  d = small_definition();
  d.pre_tokenizers = {WhitespacePreTokenizer{}};
  CHECK(reason(d) == "it has a pre-tokenizer");
  d = small_definition();
  d.normalizers.emplace_back(LowercaseNormalizer{});
  CHECK(reason(d) == "its normalizer is not SentencePiece's");
  d.model = BpeModel{};
  CHECK(reason(d) == "its model is not SentencePiece's");
}

}  // namespace quern
