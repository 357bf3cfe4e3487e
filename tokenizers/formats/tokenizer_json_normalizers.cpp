// The normalizers of tokenizer.json.
#include <array>

#include "core/error.h"
#include "tokenizers/formats/base64.h"
#include "tokenizers/formats/tokenizer_json_parts.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

using Form = UnicodeNormalizer::Form;
constexpr std::array<std::pair<const char*, Form>, 4> kForms = {
    {{"NFC", Form::nfc}, {"NFD", Form::nfd}, {"NFKC", Form::nfkc}, {"NFKD", Form::nfkd}}};

std::optional<Form> find_form(const std::string& type) {
  for (const auto& [name, form] : kForms) {
    if (type == name) return form;
  }
  return std::nullopt;
}

BertNormalizer read_bert(const JsonCursor& json) {
  BertNormalizer part{.clean_text = json["clean_text"].boolean(),
                      .handle_chinese_chars = json["handle_chinese_chars"].boolean(),
                      .strip_accents = std::nullopt,
                      .lowercase = json["lowercase"].boolean()};
  if (const JsonCursor strip = json["strip_accents"]; !strip.is_null()) part.strip_accents = strip.boolean();
  return part;
}

// Base64 whose padding may be left out, as Hugging Face reads it. The rules themselves are checked where they are used.
std::string read_charsmap(const JsonCursor& json) {
  std::string text = json.text();
  text.append((4 - text.size() % 4) % 4, '=');
  const auto bytes = from_base64(text);
  if (!bytes) json.refuse(ErrorCode::format, "not base64");
  return *bytes;
}

Normalizer read_one(const JsonCursor& json, const std::string& type) {
  if (type == "BertNormalizer") return read_bert(json);
  if (const auto form = find_form(type)) return UnicodeNormalizer{*form};
  if (type == "Lowercase") return LowercaseNormalizer{};
  if (type == "Strip" || type == "StripNormalizer") {
    return StripNormalizer{.left = json["strip_left"].boolean(), .right = json["strip_right"].boolean()};
  }
  if (type == "StripAccents") return StripAccentsNormalizer{};
  if (type == "Nmt") return NmtNormalizer{};
  if (type == "Replace") {
    return ReplaceNormalizer{.pattern = read_pattern(json["pattern"]), .content = json["content"].text()};
  }
  if (type == "Prepend") return PrependNormalizer{json["prepend"].text()};
  if (type == "Precompiled") return PrecompiledNormalizer{read_charsmap(json["precompiled_charsmap"])};
  if (type == "ByteLevel") return ByteLevelNormalizer{};
  json.unsupported("normalizer " + in_quotes(type));
}

struct WriteOne {
  IndentedJson& json;

  void operator()(const BertNormalizer& part) const {
    json.key("type").text("BertNormalizer");
    json.key("clean_text").boolean(part.clean_text);
    json.key("handle_chinese_chars").boolean(part.handle_chinese_chars);
    json.key("strip_accents");
    part.strip_accents ? json.boolean(*part.strip_accents) : json.null();
    json.key("lowercase").boolean(part.lowercase);
  }
  void operator()(const UnicodeNormalizer& part) const {
    for (const auto& [name, form] : kForms) {
      if (part.form == form) json.key("type").text(name);
    }
  }
  void operator()(const LowercaseNormalizer&) const { json.key("type").text("Lowercase"); }
  void operator()(const StripNormalizer& part) const {
    json.key("type").text("Strip");
    json.key("strip_left").boolean(part.left);
    json.key("strip_right").boolean(part.right);
  }
  void operator()(const StripAccentsNormalizer&) const { json.key("type").text("StripAccents"); }
  void operator()(const NmtNormalizer&) const { json.key("type").text("Nmt"); }
  void operator()(const ReplaceNormalizer& part) const {
    json.key("type").text("Replace");
    write_pattern(json.key("pattern"), part.pattern);
    json.key("content").text(part.content);
  }
  void operator()(const PrependNormalizer& part) const {
    json.key("type").text("Prepend");
    json.key("prepend").text(part.content);
  }
  void operator()(const PrecompiledNormalizer& part) const {
    json.key("type").text("Precompiled");
    json.key("precompiled_charsmap").text(to_base64(part.charsmap));
  }
  void operator()(const ByteLevelNormalizer&) const { json.key("type").text("ByteLevel"); }
  void operator()(const SentencePieceNormalizer&) const {
    throw Error(ErrorCode::unsupported, "tokenizer.json has no place for SentencePiece's normalizer");
  }
};

}  // namespace

std::vector<Normalizer> read_normalizers(const JsonCursor& json) {
  std::vector<Normalizer> parts;
  for_each_component(json, "normalizers", [&](const JsonCursor& part, const std::string& type) {
    parts.push_back(read_one(part, type));
  });
  return parts;
}

void write_normalizers(IndentedJson& json, const std::vector<Normalizer>& parts) {
  write_components(json, parts, "normalizers", WriteOne{json});
}

}  // namespace quern::formats
