#include "tokenizers/formats/tokenizer_json_parts.h"

#include <algorithm>

namespace quern::formats {
namespace {

// Calls read_one(component, type) for a component, or for each member of a Sequence, however deep.
template <class ReadOne>
void for_each_component(const JsonCursor& json, const char* sequence_member, ReadOne read_one) {
  if (json.is_null()) return;
  const std::string& type = json["type"].text();
  if (type != "Sequence") return read_one(json, type);
  for (const JsonCursor& part : json[sequence_member].elements()) for_each_component(part, sequence_member, read_one);
}

SplitBehavior read_behavior(const JsonCursor& json) {
  const std::string& name = json.text();
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  json.refuse(ErrorCode::format, "unknown behavior " + in_quotes(name));
}

SplitPattern read_pattern(const JsonCursor& json) {
  if (!json["Regex"].is_null()) return SplitPattern::from_regex(json["Regex"].text());
  if (json["String"].text().empty()) json.refuse(ErrorCode::format, "an empty pattern");
  return SplitPattern::from_literal(json["String"].text());
}

TokenId read_id(const JsonCursor& json) {
  const std::uint64_t id = json.natural();
  if (id > 0xFFFF'FFFF) json.refuse(ErrorCode::format, "id does not fit 32 bits");
  return static_cast<TokenId>(id);
}

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

TemplatePostProcessor read_template_processing(const JsonCursor& json) {
  TemplatePostProcessor processor;
  processor.single = read_template(json["single"]);
  processor.pair = read_template(json["pair"]);
  const JsonCursor specials = json["special_tokens"];
  for (const auto& [name, body] : specials.members()) {
    TemplatePostProcessor::Special special{.name = name, .ids = {}, .tokens = {}};
    for (const JsonCursor& id : body["ids"].elements()) special.ids.push_back(read_id(id));
    for (const JsonCursor& token : body["tokens"].elements()) special.tokens.push_back(token.text());
    if (special.ids.size() != special.tokens.size()) body.refuse(ErrorCode::format, "as many ids as tokens are needed");
    processor.specials.push_back(std::move(special));
  }
  for (const auto* pieces : {&processor.single, &processor.pair}) {
    for (const TemplatePiece& piece : *pieces) {
      const auto named = [&](const auto& special) { return special.name == piece.special; };
      if (piece.kind == TemplatePiece::Kind::special &&
          std::none_of(processor.specials.begin(), processor.specials.end(), named)) {
        specials.refuse(ErrorCode::format, "the template uses " + in_quotes(piece.special) + ", which is not there");
      }
      if (piece.kind == TemplatePiece::Kind::sequence_b && pieces == &processor.single) {
        json["single"].refuse(ErrorCode::format, "the template for one text uses the second");
      }
    }
  }
  return processor;
}

// BertProcessing is the template [CLS] A [SEP], and [CLS] A [SEP] B [SEP] with type 1 from B on.
TemplatePostProcessor read_bert_processing(const JsonCursor& json) {
  const auto sep = read_named_id(json["sep"]), cls = read_named_id(json["cls"]);
  using Kind = TemplatePiece::Kind;
  TemplatePostProcessor processor;
  processor.single = {{Kind::special, cls.first, 0}, {Kind::sequence_a, "", 0}, {Kind::special, sep.first, 0}};
  processor.pair = processor.single;
  processor.pair.push_back({Kind::sequence_b, "", 1});
  processor.pair.push_back({Kind::special, sep.first, 1});
  processor.specials = {{cls.first, {cls.second}, {cls.first}}, {sep.first, {sep.second}, {sep.first}}};
  return processor;
}

}  // namespace

std::vector<PreTokenizer> read_pre_tokenizers(const JsonCursor& json) {
  std::vector<PreTokenizer> parts;
  for_each_component(json, "pretokenizers", [&](const JsonCursor& part, const std::string& type) {
    if (type == "ByteLevel") {
      parts.emplace_back(ByteLevelPreTokenizer{.add_prefix_space = part["add_prefix_space"].boolean(),
                                               .use_regex = part["use_regex"].boolean_or(true)});
    } else if (type == "Split") {
      parts.emplace_back(SplitPreTokenizer{.pattern = read_pattern(part["pattern"]),
                                           .behavior = read_behavior(part["behavior"]),
                                           .invert = part["invert"].boolean()});
    } else {
      part.unsupported("pre-tokenizer " + in_quotes(type));
    }
  });
  return parts;
}

std::vector<PostProcessor> read_post_processors(const JsonCursor& json) {
  std::vector<PostProcessor> parts;
  for_each_component(json, "processors", [&](const JsonCursor& part, const std::string& type) {
    if (type == "ByteLevel") {
      parts.emplace_back(ByteLevelPostProcessor{.add_prefix_space = part["add_prefix_space"].boolean(),
                                                .trim_offsets = part["trim_offsets"].boolean()});
    } else if (type == "RobertaProcessing") {
      parts.emplace_back(RobertaPostProcessor{.sep = read_named_id(part["sep"]),
                                              .cls = read_named_id(part["cls"]),
                                              .trim_offsets = part["trim_offsets"].boolean(),
                                              .add_prefix_space = part["add_prefix_space"].boolean()});
    } else if (type == "TemplateProcessing") {
      parts.emplace_back(read_template_processing(part));
    } else if (type == "BertProcessing") {
      parts.emplace_back(read_bert_processing(part));
    } else {
      part.unsupported("post-processor " + in_quotes(type));
    }
  });
  return parts;
}

std::vector<Decoder> read_decoders(const JsonCursor& json) {
  std::vector<Decoder> decoders;
  for_each_component(json, "decoders", [&](const JsonCursor& part, const std::string& type) {
    if (type != "ByteLevel") part.unsupported("decoder " + in_quotes(type));
    if (!decoders.empty()) part.unsupported("a second ByteLevel decoder");
    decoders.emplace_back(ByteLevelDecoder{});
  });
  return decoders;
}

AddedToken read_added_token(const JsonCursor& json) {
  AddedToken token;
  token.content = json["content"].text();
  if (token.content.empty()) json.refuse(ErrorCode::format, "an empty token");
  token.single_word = json["single_word"].boolean();
  token.lstrip = json["lstrip"].boolean();
  token.rstrip = json["rstrip"].boolean();
  token.normalized = json["normalized"].boolean();
  token.special = json["special"].boolean();
  return token;
}

}  // namespace quern::formats
