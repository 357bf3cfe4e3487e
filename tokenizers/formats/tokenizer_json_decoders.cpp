// The decoders of tokenizer.json.
#include "core/error.h"
#include "tokenizers/formats/tokenizer_json_parts.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

ByteLevelDecoder read_byte_level(const JsonCursor& json) {
  for (const char* member : {"add_prefix_space", "trim_offsets"}) json[member].boolean();  // demanded, without effect
  return {};
}

MetaspaceDecoder read_metaspace_decoder(const JsonCursor& json) {
  const MetaspacePreTokenizer part = read_metaspace(json);
  return {.replacement = part.replacement, .prepend_scheme = part.prepend_scheme, .split = part.split};
}

Decoder read_one(const JsonCursor& json, const std::string& type) {
  if (type == "ByteLevel") return read_byte_level(json);
  if (type == "WordPiece") {
    return WordPieceDecoder{.prefix = json["prefix"].text(), .cleanup = json["cleanup"].boolean()};
  }
  if (type == "Metaspace") return read_metaspace_decoder(json);
  if (type == "BPEDecoder") return BpeDecoder{json["suffix"].text()};
  if (type == "CTC") {
    return CtcDecoder{.pad_token = json["pad_token"].text(),
                      .word_delimiter_token = json["word_delimiter_token"].text(),
                      .cleanup = json["cleanup"].boolean()};
  }
  if (type == "Replace") {
    return ReplaceDecoder{.pattern = read_pattern(json["pattern"]), .content = json["content"].text()};
  }
  if (type == "Fuse") return FuseDecoder{};
  if (type == "Strip") {
    return StripDecoder{.content = read_character(json["content"]),
                        .start = json["start"].natural(),
                        .stop = json["stop"].natural()};
  }
  if (type == "ByteFallback") return ByteFallbackDecoder{};
  json.unsupported("decoder " + in_quotes(type));
}

struct WriteOne {
  IndentedJson& json;

  void operator()(const ByteLevelDecoder&) const { write_byte_level(json, true, true, true); }
  void operator()(const WordPieceDecoder& part) const {
    json.key("type").text("WordPiece");
    json.key("prefix").text(part.prefix);
    json.key("cleanup").boolean(part.cleanup);
  }
  void operator()(const MetaspaceDecoder& part) const {
    write_metaspace(json, part.replacement, part.prepend_scheme, part.split);
  }
  void operator()(const BpeDecoder& part) const {
    json.key("type").text("BPEDecoder");
    json.key("suffix").text(part.suffix);
  }
  void operator()(const CtcDecoder& part) const {
    json.key("type").text("CTC");
    json.key("pad_token").text(part.pad_token);
    json.key("word_delimiter_token").text(part.word_delimiter_token);
    json.key("cleanup").boolean(part.cleanup);
  }
  void operator()(const ReplaceDecoder& part) const {
    json.key("type").text("Replace");
    write_pattern(json.key("pattern"), part.pattern);
    json.key("content").text(part.content);
  }
  void operator()(const FuseDecoder&) const { json.key("type").text("Fuse"); }
  void operator()(const StripDecoder& part) const {
    json.key("type").text("Strip");
    json.key("content").character(part.content);
    json.key("start").natural(part.start);
    json.key("stop").natural(part.stop);
  }
  void operator()(const ByteFallbackDecoder&) const { json.key("type").text("ByteFallback"); }
  void operator()(const SentencePieceDecoder&) const {
    throw Error(ErrorCode::unsupported, "tokenizer.json has no place for SentencePiece's decoder");
  }
};

}  // namespace

std::vector<Decoder> read_decoders(const JsonCursor& json) {
  std::vector<Decoder> parts;
  for_each_component(json, "decoders", [&](const JsonCursor& part, const std::string& type) {
    parts.push_back(read_one(part, type));
  });
  // Without a decoder spaces come between the tokens, with an empty Sequence nothing does: that is what Fuse says.
  if (parts.empty() && !json.is_null()) parts.emplace_back(FuseDecoder{});
  return parts;
}

void write_decoders(IndentedJson& json, const std::vector<Decoder>& parts) {
  write_components(json, parts, "decoders", WriteOne{json});
}

}  // namespace quern::formats
