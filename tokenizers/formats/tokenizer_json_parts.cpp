// What the components of tokenizer.json share: characters, ids, patterns, Metaspace and ByteLevel.
#include "tokenizers/formats/tokenizer_json_parts.h"

#include "core/text/utf8.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

PrependScheme read_scheme(const JsonCursor& json) {
  const std::string& name = json.text();
  if (name == "always") return PrependScheme::always;
  if (name == "first") return PrependScheme::first;
  if (name == "never") return PrependScheme::never;
  json.refuse(ErrorCode::format, "unknown scheme " + in_quotes(name));
}

const char* name(PrependScheme scheme) {
  switch (scheme) {
    case PrependScheme::always:
      return "always";
    case PrependScheme::first:
      return "first";
    case PrependScheme::never:
      return "never";
  }
  return "";
}

}  // namespace

char32_t read_character(const JsonCursor& json) {
  const std::string& text = json.text();
  const char* p = text.data();
  const char32_t character = text.empty() ? 0 : utf8::decode(p);
  if (text.empty() || p != text.data() + text.size()) json.refuse(ErrorCode::format, "expected a single character");
  return character;
}

TokenId read_id(const JsonCursor& json) {
  const std::uint64_t id = json.natural();
  if (id > 0xFFFF'FFFF) json.refuse(ErrorCode::format, "id does not fit 32 bits");
  return static_cast<TokenId>(id);
}

SplitPattern read_pattern(const JsonCursor& json) {
  const auto members = json.members();
  if (members.size() == 1 && members[0].first == "Regex") return SplitPattern::from_regex(members[0].second.text());
  if (members.size() != 1 || members[0].first != "String") {
    json.refuse(ErrorCode::format, "expected one of String and Regex");
  }
  const std::string& text = members[0].second.text();
  if (text.empty()) json.refuse(ErrorCode::format, "an empty pattern");
  return SplitPattern::from_literal(text);
}

void write_pattern(IndentedJson& json, const SplitPattern& pattern) {
  json.open('{');
  json.key(pattern.kind == SplitPattern::Kind::literal ? "String" : "Regex").text(pattern.source);
  json.close('}');
}

// Old files say add_prefix_space where new ones say prepend_scheme, and repeat the replacement as str_rep.
MetaspacePreTokenizer read_metaspace(const JsonCursor& json) {
  MetaspacePreTokenizer part;
  part.replacement = read_character(json["replacement"]);
  const JsonCursor scheme = json["prepend_scheme"], prefix = json["add_prefix_space"];
  if (!scheme.is_null()) part.prepend_scheme = read_scheme(scheme);
  if (!prefix.boolean_or(true)) {
    if (!scheme.is_null() && part.prepend_scheme != PrependScheme::never) {
      prefix.refuse(ErrorCode::format, "contradicts prepend_scheme");
    }
    part.prepend_scheme = PrependScheme::never;
  }
  part.split = json["split"].boolean_or(true);
  return part;
}

void write_metaspace(IndentedJson& json, char32_t replacement, PrependScheme scheme, bool split) {
  json.key("type").text("Metaspace");
  json.key("replacement").character(replacement);
  json.key("prepend_scheme").text(name(scheme));
  json.key("split").boolean(split);
}

void write_byte_level(IndentedJson& json, bool add_prefix_space, bool trim_offsets, bool use_regex) {
  json.key("type").text("ByteLevel");
  json.key("add_prefix_space").boolean(add_prefix_space);
  json.key("trim_offsets").boolean(trim_offsets);
  json.key("use_regex").boolean(use_regex);
}

}  // namespace quern::formats
