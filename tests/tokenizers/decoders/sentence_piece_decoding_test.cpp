// SentencePiece's decoding by the kinds of pieces; the texts on the right are sentencepiece 0.2.3's.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/error.h"
#include "tokenizers/decoders/decoding.h"
#include "tokenizers/formats/protobuf_wire.h"
#include "tokenizers/normalizers/charsmap_builder.h"

using namespace quern;

namespace {

using Kind = SentencePiece::Kind;

class Pieces {
 public:
  explicit Pieces(const SentencePieceNormalizer& normalizer, std::string unk_surface = " \u2047 ") {
    SentencePieceModel model;
    model.unk_surface = std::move(unk_surface);
    model.pieces = {{"<unk>", 0, Kind::unknown}, {"<s>", 0, Kind::control},        {"</s>", 0, Kind::control},
                    {"<c>", 0, Kind::control},   {"▁U▁", 0, Kind::user_defined}, {"V", 0, Kind::user_defined},
                    {"▁the", 0},                 {"▁cat", 0},                      {"▁", 0},
                    {"the", 0},                  {"old", 0, Kind::unused}};
    for (int byte = 0; byte < 256; ++byte) {
      static constexpr char kDigits[] = "0123456789ABCDEF";
      model.pieces.push_back({std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">", 0, Kind::byte});
    }
    definition_.model = model;
    definition_.normalizers = {normalizer};
    definition_.decoders = {SentencePieceDecoder{}};
  }

  std::string decode(const std::vector<std::string>& pieces) const {
    const auto& known = std::get<SentencePieceModel>(definition_.model).pieces;
    TokenList list;
    std::vector<TokenId> ids;
    for (const std::string& piece : pieces) {
      const auto found = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.text == piece; });
      list.add(piece);
      ids.push_back(found == known.end() ? 0 : static_cast<TokenId>(found - known.begin()));
    }
    return Decoding(definition_, {}).decode(std::move(list), ids);
  }

 private:
  TokenizerDefinition definition_;
};

SentencePieceNormalizer spaces(bool add_dummy_prefix, bool remove_extra_whitespaces, bool as_suffix = false) {
  SentencePieceNormalizer normalizer;
  normalizer.add_dummy_prefix = add_dummy_prefix;
  normalizer.remove_extra_whitespaces = remove_extra_whitespaces;
  normalizer.whitespace_as_suffix = as_suffix;
  return normalizer;
}

}  // namespace

TEST_CASE("the spaces that SentencePiece's normalizer put before a text or would have removed go again") {
  const Pieces both(spaces(true, true));
  const Pieces removes(spaces(false, true));
  const Pieces puts(spaces(true, false));
  const Pieces neither(spaces(false, false));
  const Pieces suffix(spaces(true, false, true));
  for (const Pieces* model : {&both, &removes}) {
    CHECK(model->decode({"▁", "▁", "▁the"}) == "the");
    CHECK(model->decode({"<c>", "▁", "<c>", "▁the"}) == "the");
    CHECK(model->decode({"▁", "<0xE4>", "▁cat"}) == "\uFFFD cat");
  }
  CHECK(puts.decode({"▁", "▁", "▁the"}) == "  the");
  CHECK(puts.decode({"<c>", "▁", "<c>", "▁the"}) == " the");
  CHECK(suffix.decode({"▁", "▁", "the", "▁"}) == " the ");
  CHECK(neither.decode({"▁", "▁", "▁the"}) == "   the");
  CHECK(neither.decode({"▁U▁", "▁cat"}) == " U  cat");
  for (const Pieces* model : {&both, &removes, &puts}) {
    CHECK(model->decode({"▁the", "▁cat"}) == "the cat");
    CHECK(model->decode({"the", "▁cat"}) == "the cat");
    CHECK(model->decode({"▁the", "▁", "▁"}) == "the  ");
    CHECK(model->decode({"▁U▁", "▁cat"}) == "U  cat");
    CHECK(model->decode({"<0x20>", "▁the"}) == "  the");
    CHECK(model->decode({"V", "▁cat", "old"}) == "V catold");
  }
}

TEST_CASE("control pieces say nothing, unknown ones the model's surface or what they are") {
  const Pieces model({});
  CHECK(model.decode({"<c>", "▁the", "</s>", "▁cat"}) == "the cat");
  CHECK(model.decode({"<unk>", "▁the"}) == " \u2047  the");
  CHECK(model.decode({"▁cat", "<unk>", "<unk>"}) == "cat \u2047  \u2047 ");
  CHECK(model.decode({"▁zz", "▁cat"}) == "▁zz cat");
  CHECK(Pieces({}, "@▁@").decode({"▁the", "<unk>", "▁cat"}) == "the@▁@ cat");
  CHECK(model.decode({}).empty());
}

TEST_CASE("SentencePiece gives one replacement character for each byte that is no text") {
  const Pieces model({});
  CHECK(model.decode({"<0xE4>", "<0xB8>", "<0xAD>", "<0xFF>", "<0x41>"}) == "中\uFFFDA");
  CHECK(model.decode({"<0xE4>", "<0xB8>", "▁the"}) == "\uFFFD\uFFFD the");
  CHECK(model.decode({"<0xE4>", "<c>", "<0xB8>", "<0xAD>"}) == "\uFFFD\uFFFD\uFFFD");
  CHECK(model.decode({"<0xED>", "<0xA0>", "<0x80>"}) == "\uFFFD\uFFFD\uFFFD");
  CHECK(model.decode({"<0xF4>", "<0x90>", "<0x80>", "<0x80>"}) == "\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(model.decode({"<0xE2>", "<0x96>", "<0x81>", "▁the"}) == "▁ the");
  CHECK(model.decode({"<0xEF>", "<0xBF>", "<0xBD>"}) == "\uFFFD");
}

TEST_CASE("a denormalizer's rules run over the whole text, and only where there are any") {
  using formats::wire::append_bytes, formats::wire::append_varint;
  TokenizerDefinition definition;
  definition.normalizers = {SentencePieceNormalizer{}};
  definition.decoders = {SentencePieceDecoder{}};
  SentencePieceModel model;
  model.pieces = {{"<unk>", 0, Kind::unknown}, {"▁THE", 0}, {"▁\uFF2D", 0}};
  const auto decode = [&] {
    definition.model = model;
    TokenList tokens;
    tokens.add("▁THE"), tokens.add("▁\uFF2D");
    const std::vector<TokenId> ids = {1, 2};
    return Decoding(definition, {}).decode(std::move(tokens), ids);
  };
  CHECK(decode() == "THE \uFF2D");
  for (const std::uint32_t flag : {3, 4, 5}) append_varint(model.denormalizer_spec, flag, 0);
  CHECK(decode() == "THE \uFF2D");
  append_bytes(model.denormalizer_spec, 2, normalizers::build_charsmap("nmt_nfkc_cf"));
  CHECK(decode() == "the m");
  append_bytes(model.denormalizer_spec, 2, "no rules");
  CHECK_THROWS_AS(decode(), Error);
}

TEST_CASE("SentencePiece's decoder is refused beside others, without its model, and with a byte that is none") {
  TokenizerDefinition definition;
  definition.decoders = {SentencePieceDecoder{}};
  CHECK_THROWS_WITH(Decoding(definition, {}), "SentencePiece's decoder needs a SentencePiece model");
  SentencePieceModel model;
  model.pieces = {{"<unk>", 0, Kind::unknown}, {"<0xZZ>", 0, Kind::byte}};
  definition.model = model;
  CHECK_THROWS_WITH(Decoding(definition, {}), "the byte piece \"<0xZZ>\" spells no byte");
  definition.decoders = {SentencePieceDecoder{}, FuseDecoder{}};
  CHECK_THROWS_WITH(Decoding(definition, {}), "SentencePiece's decoder cannot stand beside others");
}
