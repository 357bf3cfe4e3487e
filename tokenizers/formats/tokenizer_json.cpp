// tokenizer.json, version 1.0, as Hugging Face's Tokenizer.save lays it out: members in its order, two spaces of indent,
// vocabulary by id. The same definition always gives the same bytes. A model of ranks is written as the list of merges
// that means the same (bpe/piece_encoder.h), with ignore_merges, because a piece that has a rank is one token.
// tokenizer_json_*.cpp hold the components.
#include <algorithm>
#include <array>

#include "core/io/input.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/tokenizer_json_parts.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

constexpr std::array<const char*, 9> kMembers = {"version",       "truncation",     "padding", "added_tokens", "normalizer",
                                                 "pre_tokenizer", "post_processor", "decoder", "model"};

bool recognises(const Candidate& candidate) {
  if (candidate.is_folder) return candidate.holds("tokenizer.json");
  // An object whose first member is one of ours, and not a token with an id as in vocab.json.
  const std::string_view head = candidate.head;
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t brace = head.find_first_not_of(kSpace);
  if (brace == head.npos || head[brace] != '{') return false;
  const std::size_t key = head.find_first_not_of(kSpace, brace + 1);
  if (key == head.npos) return false;
  return std::any_of(kMembers.begin(), kMembers.end(), [&](const char* name) {
    const std::string member = "\"" + std::string(name) + "\"";
    if (head.substr(key, member.size()) != member) return false;
    const std::size_t colon = head.find_first_not_of(kSpace, key + member.size());
    const std::size_t value = colon == head.npos ? head.npos : head.find_first_not_of(kSpace, colon + 1);
    return value != head.npos && head.find_first_of("{[\"n", value) == value;
  });
}

TokenizerDefinition read_file_or_folder(const Candidate& candidate, const LoadOptions&) {
  const std::string path = candidate.is_folder ? candidate.inside("tokenizer.json") : candidate.path;
  return read_tokenizer_json(read_file(path), path);
}

void write_file_of(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options) {
  write_file(path, write_tokenizer_json(definition), options);
}

}  // namespace

TokenizerDefinition read_tokenizer_json(std::string_view text, const std::string& name) {
  const JsonDocument document(text, name);
  const JsonCursor json = document.root();
  for (const auto& [key, member] : json.members()) {
    if (std::find(kMembers.begin(), kMembers.end(), key) == kMembers.end()) member.unsupported("this member");
  }
  if (const JsonCursor version = json["version"]; !version.is_null() && version.text() != "1.0") {
    version.unsupported("version " + in_quotes(version.text()));
  }
  if (!json["model"].is_object()) json["model"].refuse(ErrorCode::format, "missing, so this is not a tokenizer");

  TokenizerDefinition definition;
  definition.truncation = read_truncation(json["truncation"]);
  definition.padding = read_padding(json["padding"]);
  definition.normalizers = read_normalizers(json["normalizer"]);
  definition.pre_tokenizers = read_pre_tokenizers(json["pre_tokenizer"]);
  definition.post_processors = read_post_processors(json["post_processor"]);
  definition.decoders = read_decoders(json["decoder"]);
  definition.model = read_model(json["model"], name);
  definition.added_tokens = read_added_tokens(json["added_tokens"], definition.model, json["model"]["vocab"].size());
  definition.specials_in_text = true;
  return definition;
}

std::string write_tokenizer_json(const TokenizerDefinition& definition) {
  IndentedJson json;
  json.open('{');
  json.key("version").text("1.0");
  write_truncation(json.key("truncation"), definition.truncation);
  write_padding(json.key("padding"), definition.padding);
  write_added_tokens(json.key("added_tokens"), definition.added_tokens);
  write_normalizers(json.key("normalizer"), definition.normalizers);
  write_pre_tokenizers(json.key("pre_tokenizer"), definition.pre_tokenizers);
  write_post_processors(json.key("post_processor"), definition.post_processors);
  write_decoders(json.key("decoder"), definition.decoders);
  write_model(json.key("model"), with_added_tokens_listed(definition.model, definition.added_tokens));
  json.close('}');
  return json.take();
}

const Format tokenizer_json = {"tokenizer.json", recognises, read_file_or_folder,
                               [](std::string_view path) { return path.ends_with(".json"); }, write_file_of};

}  // namespace quern::formats
