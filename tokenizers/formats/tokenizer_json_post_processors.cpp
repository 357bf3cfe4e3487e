// The post-processors of tokenizer.json, and what it says of lengths: truncation and padding.
#include <algorithm>
#include <array>

#include "core/error.h"
#include "tokenizers/formats/tokenizer_json_parts.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

std::pair<std::string, TokenId> read_named_id(const JsonCursor& json) {
  const auto parts = json.elements();
  if (parts.size() != 2) json.refuse(ErrorCode::format, "expected a token and its id");
  return {parts[0].text(), read_id(parts[1])};
}

std::vector<TemplatePiece> read_template(const JsonCursor& json) {
  std::vector<TemplatePiece> pieces;
  for (const JsonCursor& element : json.elements()) {
    TemplatePiece piece;
    const bool is_special = !element["SpecialToken"].is_null();
    const JsonCursor body = element[is_special ? "SpecialToken" : "Sequence"];
    piece.type_id = read_id(body["type_id"]);
    const std::string& id = body["id"].text();
    if (is_special) {
      piece.kind = TemplatePiece::Kind::special;
      piece.special = id;
    } else if (id == "A" || id == "B") {
      piece.kind = id == "A" ? TemplatePiece::Kind::sequence_a : TemplatePiece::Kind::sequence_b;
    } else {
      body.refuse(ErrorCode::format, "unknown sequence " + in_quotes(id));
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

std::vector<TemplatePostProcessor::Special> read_specials(const JsonCursor& json) {
  std::vector<TemplatePostProcessor::Special> specials;
  for (const auto& [name, body] : json.members()) {
    TemplatePostProcessor::Special special{.name = name, .ids = {}, .tokens = {}};
    for (const JsonCursor& id : body["ids"].elements()) special.ids.push_back(read_id(id));
    for (const JsonCursor& token : body["tokens"].elements()) special.tokens.push_back(token.text());
    if (special.ids.size() != special.tokens.size()) body.refuse(ErrorCode::format, "as many ids as tokens are needed");
    specials.push_back(std::move(special));
  }
  // Hugging Face holds them sorted, so their order in the file says nothing.
  std::sort(specials.begin(), specials.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return specials;
}

TemplatePostProcessor read_template_processing(const JsonCursor& json) {
  TemplatePostProcessor processor;
  processor.single = read_template(json["single"]);
  processor.pair = read_template(json["pair"]);
  processor.specials = read_specials(json["special_tokens"]);
  for (const auto* pieces : {&processor.single, &processor.pair}) {
    for (const TemplatePiece& piece : *pieces) {
      const auto named = [&](const auto& special) { return special.name == piece.special; };
      if (piece.kind == TemplatePiece::Kind::special &&
          std::none_of(processor.specials.begin(), processor.specials.end(), named)) {
        json["special_tokens"].refuse(ErrorCode::format,
                                      "the template uses " + in_quotes(piece.special) + ", which is not there");
      }
      if (piece.kind == TemplatePiece::Kind::sequence_b && pieces == &processor.single) {
        json["single"].refuse(ErrorCode::format, "the template for one text uses the second");
      }
    }
  }
  return processor;
}

PostProcessor read_one(const JsonCursor& json, const std::string& type) {
  if (type == "ByteLevel") {
    return ByteLevelPostProcessor{.add_prefix_space = json["add_prefix_space"].boolean(),
                                  .trim_offsets = json["trim_offsets"].boolean()};
  }
  if (type == "RobertaProcessing") {
    return RobertaPostProcessor{.sep = read_named_id(json["sep"]),
                                .cls = read_named_id(json["cls"]),
                                .trim_offsets = json["trim_offsets"].boolean(),
                                .add_prefix_space = json["add_prefix_space"].boolean()};
  }
  if (type == "BertProcessing") {
    return BertPostProcessor{.sep = read_named_id(json["sep"]), .cls = read_named_id(json["cls"])};
  }
  if (type == "TemplateProcessing") return read_template_processing(json);
  json.unsupported("post-processor " + in_quotes(type));
}

struct WriteOne {
  IndentedJson& json;

  void operator()(const ByteLevelPostProcessor& part) const {
    write_byte_level(json, part.add_prefix_space, part.trim_offsets, true);
  }
  void operator()(const RobertaPostProcessor& part) const {
    json.key("type").text("RobertaProcessing");
    write_named_id("sep", part.sep);
    write_named_id("cls", part.cls);
    json.key("trim_offsets").boolean(part.trim_offsets);
    json.key("add_prefix_space").boolean(part.add_prefix_space);
  }
  void operator()(const BertPostProcessor& part) const {
    json.key("type").text("BertProcessing");
    write_named_id("sep", part.sep);
    write_named_id("cls", part.cls);
  }
  void operator()(const TemplatePostProcessor& part) const {
    json.key("type").text("TemplateProcessing");
    write_template("single", part.single);
    write_template("pair", part.pair);
    json.key("special_tokens").open('{');
    for (const auto& special : part.specials) {
      json.key(special.name).open('{');
      json.key("id").text(special.name);
      json.key("ids").open('[');
      for (const TokenId id : special.ids) json.element().natural(id);
      json.close(']');
      json.key("tokens").open('[');
      for (const std::string& token : special.tokens) json.element().text(token);
      json.close(']');
      json.close('}');
    }
    json.close('}');
  }

 private:
  void write_named_id(const char* key, const std::pair<std::string, TokenId>& token) const {
    json.key(key).open('[');
    json.element().text(token.first);
    json.element().natural(token.second);
    json.close(']');
  }
  void write_template(const char* key, const std::vector<TemplatePiece>& pieces) const {
    json.key(key).open('[');
    for (const TemplatePiece& piece : pieces) {
      const bool special = piece.kind == TemplatePiece::Kind::special;
      json.element().open('{');
      json.key(special ? "SpecialToken" : "Sequence").open('{');
      json.key("id").text(special ? piece.special : piece.kind == TemplatePiece::Kind::sequence_a ? "A" : "B");
      json.key("type_id").natural(piece.type_id);
      json.close('}');
      json.close('}');
    }
    json.close(']');
  }
};

using Strategy = Truncation::Strategy;
constexpr std::array<std::pair<const char*, Strategy>, 3> kStrategies = {
    {{"LongestFirst", Strategy::longest_first},
     {"OnlyFirst", Strategy::only_first},
     {"OnlySecond", Strategy::only_second}}};

Strategy read_strategy(const JsonCursor& json) {
  const std::string& text = json.text();
  for (const auto& [name, strategy] : kStrategies) {
    if (text == name) return strategy;
  }
  json.refuse(ErrorCode::format, "unknown strategy " + in_quotes(text));
}

Side read_side(const JsonCursor& json) {
  const std::string& text = json.text();
  if (text != "Left" && text != "Right") json.refuse(ErrorCode::format, "expected Left or Right");
  return text == "Left" ? Side::left : Side::right;
}

const char* name(Side side) { return side == Side::left ? "Left" : "Right"; }

}  // namespace

std::vector<PostProcessor> read_post_processors(const JsonCursor& json) {
  std::vector<PostProcessor> parts;
  for_each_component(json, "processors", [&](const JsonCursor& part, const std::string& type) {
    parts.push_back(read_one(part, type));
  });
  return parts;
}

void write_post_processors(IndentedJson& json, const std::vector<PostProcessor>& parts) {
  write_components(json, parts, "processors", WriteOne{json});
}

std::optional<Truncation> read_truncation(const JsonCursor& json) {
  if (json.is_null()) return std::nullopt;
  Truncation truncation{.strategy = read_strategy(json["strategy"]),
                        .direction = Side::right,
                        .max_length = json["max_length"].natural(),
                        .stride = json["stride"].natural()};
  if (const JsonCursor direction = json["direction"]; !direction.is_null()) truncation.direction = read_side(direction);
  return truncation;
}

void write_truncation(IndentedJson& json, const std::optional<Truncation>& truncation) {
  if (!truncation) return json.null();
  json.open('{');
  json.key("direction").text(name(truncation->direction));
  json.key("max_length").natural(truncation->max_length);
  for (const auto& [name, strategy] : kStrategies) {
    if (truncation->strategy == strategy) json.key("strategy").text(name);
  }
  json.key("stride").natural(truncation->stride);
  json.close('}');
}

std::optional<Padding> read_padding(const JsonCursor& json) {
  if (json.is_null()) return std::nullopt;
  Padding padding{.length = 0,
                  .direction = read_side(json["direction"]),
                  .pad_to_multiple_of = 0,
                  .pad_id = read_id(json["pad_id"]),
                  .pad_type_id = read_id(json["pad_type_id"]),
                  .pad_token = json["pad_token"].text()};
  if (const JsonCursor strategy = json["strategy"]; strategy.is_object()) {
    padding.length = strategy["Fixed"].natural();
    if (padding.length == 0) strategy.unsupported("padding to a length of 0");
  } else if (strategy.text() != "BatchLongest") {
    strategy.refuse(ErrorCode::format, "expected BatchLongest, or Fixed and a length");
  }
  if (const JsonCursor multiple = json["pad_to_multiple_of"]; !multiple.is_null()) {
    padding.pad_to_multiple_of = multiple.natural();
  }
  return padding;
}

void write_padding(IndentedJson& json, const std::optional<Padding>& padding) {
  if (!padding) return json.null();
  json.open('{');
  json.key("strategy");
  if (padding->length == 0) {
    json.text("BatchLongest");
  } else {
    json.open('{');
    json.key("Fixed").natural(padding->length);
    json.close('}');
  }
  json.key("direction").text(name(padding->direction));
  json.key("pad_to_multiple_of");
  padding->pad_to_multiple_of == 0 ? json.null() : json.natural(padding->pad_to_multiple_of);
  json.key("pad_id").natural(padding->pad_id);
  json.key("pad_type_id").natural(padding->pad_type_id);
  json.key("pad_token").text(padding->pad_token);
  json.close('}');
}

}  // namespace quern::formats
