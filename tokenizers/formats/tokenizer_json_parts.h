// The components of tokenizer.json, read and written: one file for each kind, tokenizer_json_<kind>s.cpp.
//
// Readers take the cursor of their member, null or absent included, and flatten Sequences. What Hugging Face demands is
// demanded, what it supplies is supplied; a component that is not in its list is Error{unsupported} naming it.
// Writers write null, the one component, or a Sequence.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/formats/indented_json.h"
#include "tokenizers/formats/json_cursor.h"

namespace quern::formats {

std::vector<Normalizer> read_normalizers(const JsonCursor& json);
std::vector<PreTokenizer> read_pre_tokenizers(const JsonCursor& json);
std::vector<PostProcessor> read_post_processors(const JsonCursor& json);
std::vector<Decoder> read_decoders(const JsonCursor& json);
Model read_model(const JsonCursor& json, const std::string& path);
// By id, as Hugging Face numbers them behind a vocabulary of so many entries. In other files an object has no id.
std::vector<AddedToken> read_added_tokens(const JsonCursor& json, const Model& model, std::size_t entries);
AddedToken read_added_token(const JsonCursor& json);
std::optional<Truncation> read_truncation(const JsonCursor& json);
std::optional<Padding> read_padding(const JsonCursor& json);

void write_normalizers(IndentedJson& json, const std::vector<Normalizer>& parts);
void write_pre_tokenizers(IndentedJson& json, const std::vector<PreTokenizer>& parts);
void write_post_processors(IndentedJson& json, const std::vector<PostProcessor>& parts);
void write_decoders(IndentedJson& json, const std::vector<Decoder>& parts);
void write_model(IndentedJson& json, const Model& model);
Model with_added_tokens_listed(const Model& model, const std::vector<AddedToken>& tokens);
void write_added_tokens(IndentedJson& json, const std::vector<AddedToken>& tokens);
void write_truncation(IndentedJson& json, const std::optional<Truncation>& truncation);
void write_padding(IndentedJson& json, const std::optional<Padding>& padding);

// --- what several kinds share ----------------------------------------------------------------------------------------

char32_t read_character(const JsonCursor& json);  // a string of one
TokenId read_id(const JsonCursor& json);
SplitPattern read_pattern(const JsonCursor& json);
void write_pattern(IndentedJson& json, const SplitPattern& pattern);
MetaspacePreTokenizer read_metaspace(const JsonCursor& json);
void write_metaspace(IndentedJson& json, char32_t replacement, PrependScheme scheme, bool split);
// The three members that every ByteLevel has, whichever of them its role uses.
void write_byte_level(IndentedJson& json, bool add_prefix_space, bool trim_offsets, bool use_regex);

// Calls read_one(component, type) for a component, or for each member of a Sequence, however deep.
template <class ReadOne>
void for_each_component(const JsonCursor& json, const char* sequence_member, ReadOne read_one) {
  if (json.is_null()) return;
  const std::string& type = json["type"].text();
  if (type != "Sequence") return read_one(json, type);
  for (const JsonCursor& part : json[sequence_member].elements()) for_each_component(part, sequence_member, read_one);
}

// write_one(alternative) for each; it writes the members of an object, "type" first.
template <class Component, class WriteOne>
void write_components(IndentedJson& json, const std::vector<Component>& parts, const char* sequence_member,
                      WriteOne write_one) {
  const auto write_component = [&](const Component& component) {
    json.open('{');
    std::visit(write_one, component);
    json.close('}');
  };
  if (parts.empty()) return json.null();
  if (parts.size() == 1) return write_component(parts[0]);
  json.open('{');
  json.key("type").text("Sequence");
  json.key(sequence_member).open('[');
  for (const Component& component : parts) json.element(), write_component(component);
  json.close(']');
  json.close('}');
}

}  // namespace quern::formats
