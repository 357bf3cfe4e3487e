// The pre-tokenizers of tokenizer.json.
#include <array>

#include "core/error.h"
#include "tokenizers/formats/tokenizer_json_parts.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

constexpr std::array<std::pair<const char*, SplitBehavior>, 5> kBehaviors = {
    {{"Removed", SplitBehavior::removed},
     {"Isolated", SplitBehavior::isolated},
     {"MergedWithPrevious", SplitBehavior::merged_with_previous},
     {"MergedWithNext", SplitBehavior::merged_with_next},
     {"Contiguous", SplitBehavior::contiguous}}};

SplitBehavior read_behavior(const JsonCursor& json) {
  const std::string& text = json.text();
  for (const auto& [name, behavior] : kBehaviors) {
    if (text == name) return behavior;
  }
  json.refuse(ErrorCode::format, "unknown behavior " + in_quotes(text));
}

const char* name(SplitBehavior wanted) {
  for (const auto& [name, behavior] : kBehaviors) {
    if (behavior == wanted) return name;
  }
  return "";
}

ByteLevelPreTokenizer read_byte_level(const JsonCursor& json) {
  json["trim_offsets"].boolean();  // demanded, though only the post-processor's counts
  return {.add_prefix_space = json["add_prefix_space"].boolean(), .use_regex = json["use_regex"].boolean_or(true)};
}

FixedLengthPreTokenizer read_fixed_length(const JsonCursor& json) {
  const JsonCursor length = json["length"];
  if (length.is_null()) return {};
  if (length.natural() == 0) length.refuse(ErrorCode::format, "pieces of no characters");
  return {static_cast<std::size_t>(length.natural())};
}

PreTokenizer read_one(const JsonCursor& json, const std::string& type) {
  if (type == "ByteLevel") return read_byte_level(json);
  if (type == "Split") {
    return SplitPreTokenizer{.pattern = read_pattern(json["pattern"]),
                             .behavior = read_behavior(json["behavior"]),
                             .invert = json["invert"].boolean()};
  }
  if (type == "BertPreTokenizer") return BertPreTokenizer{};
  if (type == "Whitespace") return WhitespacePreTokenizer{};
  if (type == "WhitespaceSplit") return WhitespaceSplitPreTokenizer{};
  if (type == "CharDelimiterSplit") return CharDelimiterSplitPreTokenizer{read_character(json["delimiter"])};
  if (type == "Punctuation") {
    const JsonCursor behavior = json["behavior"];
    return PunctuationPreTokenizer{behavior.is_null() ? SplitBehavior::isolated : read_behavior(behavior)};
  }
  if (type == "Digits") return DigitsPreTokenizer{json["individual_digits"].boolean()};
  if (type == "UnicodeScripts") return UnicodeScriptsPreTokenizer{};
  if (type == "FixedLength") return read_fixed_length(json);
  if (type == "Metaspace") return read_metaspace(json);
  json.unsupported("pre-tokenizer " + in_quotes(type));
}

struct WriteOne {
  IndentedJson& json;

  void operator()(const ByteLevelPreTokenizer& part) const {
    write_byte_level(json, part.add_prefix_space, true, part.use_regex);
  }
  void operator()(const SplitPreTokenizer& part) const {
    json.key("type").text("Split");
    write_pattern(json.key("pattern"), part.pattern);
    json.key("behavior").text(name(part.behavior));
    json.key("invert").boolean(part.invert);
  }
  void operator()(const BertPreTokenizer&) const { json.key("type").text("BertPreTokenizer"); }
  void operator()(const WhitespacePreTokenizer&) const { json.key("type").text("Whitespace"); }
  void operator()(const WhitespaceSplitPreTokenizer&) const { json.key("type").text("WhitespaceSplit"); }
  void operator()(const CharDelimiterSplitPreTokenizer& part) const {
    json.key("type").text("CharDelimiterSplit");
    json.key("delimiter").character(part.delimiter);
  }
  void operator()(const PunctuationPreTokenizer& part) const {
    json.key("type").text("Punctuation");
    json.key("behavior").text(name(part.behavior));
  }
  void operator()(const DigitsPreTokenizer& part) const {
    json.key("type").text("Digits");
    json.key("individual_digits").boolean(part.individual_digits);
  }
  void operator()(const UnicodeScriptsPreTokenizer&) const { json.key("type").text("UnicodeScripts"); }
  void operator()(const FixedLengthPreTokenizer& part) const {
    json.key("type").text("FixedLength");
    json.key("length").natural(part.length);
  }
  void operator()(const MetaspacePreTokenizer& part) const {
    write_metaspace(json, part.replacement, part.prepend_scheme, part.split);
  }
};

}  // namespace

std::vector<PreTokenizer> read_pre_tokenizers(const JsonCursor& json) {
  std::vector<PreTokenizer> parts;
  for_each_component(json, "pretokenizers", [&](const JsonCursor& part, const std::string& type) {
    parts.push_back(read_one(part, type));
  });
  return parts;
}

void write_pre_tokenizers(IndentedJson& json, const std::vector<PreTokenizer>& parts) {
  write_components(json, parts, "pretokenizers", WriteOne{json});
}

}  // namespace quern::formats
