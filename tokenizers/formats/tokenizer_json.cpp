// tokenizer.json, version 1.0: reading and recognising. tokenizer_json_writer.cpp writes it.
#include <algorithm>
#include <array>

#include "core/io/input.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/tokenizer_json_parts.h"

namespace quern::formats {
namespace {

bool is_byte_level(const VocabularyBuilder& vocabulary) {
  const auto& alphabet = byte_level::alphabet();
  return std::all_of(alphabet.begin(), alphabet.end(),
                     [&](const std::string& c) { return vocabulary.find(c).has_value(); });
}

void read_vocabulary(const JsonCursor& json, VocabularyBuilder& vocabulary) {
  json.for_each_natural([&](const std::string& token, std::uint64_t id, std::uint64_t i) {
    vocabulary.add(token, id, {.pointer = json.pointer(), .number = i});
  });
  vocabulary.finish();
}

// Merges are pairs, or in older files one string with a space between the two.
void read_merges(const JsonCursor& json, VocabularyBuilder& vocabulary) {
  json.for_each_text_list([&](const std::vector<std::string_view>& texts, std::uint64_t i) {
    const Place place = {.pointer = json.pointer(), .number = i};
    if (texts.size() == 2) return vocabulary.merge(texts[0], texts[1], place);
    if (texts.size() == 1) {
      if (texts[0].starts_with("#version")) return;
      const auto [left, right] = cut_merge(texts[0]);
      if (!right.empty()) return vocabulary.merge(left, right, place);
    }
    vocabulary.refuse(place, "not a merge of two tokens");
  });
}

void require_affix_free(const JsonCursor& json) {
  if (!json.is_null() && !json.text().empty()) json.unsupported("an affix of word parts");
}

void require_bpe(const JsonCursor& json) {
  if (json["type"].is_null()) {  // files from before 2020 leave it out
    if (json["merges"].is_null()) json.unsupported("a model without merges");
  } else if (const std::string& type = json["type"].text(); type != "BPE") {
    json.unsupported("model " + in_quotes(type));
  }
  if (!json["dropout"].is_null() && json["dropout"].number() != 0) json["dropout"].unsupported("dropout");
  require_affix_free(json["continuing_subword_prefix"]);
  require_affix_free(json["end_of_word_suffix"]);
}

BpeModel read_bpe(const JsonCursor& json, VocabularyBuilder& vocabulary) {
  require_bpe(json);
  read_vocabulary(json["vocab"], vocabulary);
  read_merges(json["merges"], vocabulary);
  // Without an unknown byte there is nothing to fall back from.
  if (json["byte_fallback"].boolean_or(false) && !is_byte_level(vocabulary)) {
    json["byte_fallback"].unsupported("byte fallback");
  }
  std::optional<std::string> unk;
  if (!json["unk_token"].is_null()) {
    unk = json["unk_token"].text();
    if (!vocabulary.find(*unk))
      json["unk_token"].refuse(ErrorCode::format, in_quotes(*unk) + " is not in the vocabulary");
  }
  BpeModel model = vocabulary.take();
  model.unk_token = std::move(unk);
  model.fuse_unk = json["fuse_unk"].boolean_or(false);
  model.ignore_merges = json["ignore_merges"].boolean_or(false);
  return model;
}

std::vector<AddedToken> read_added_tokens(const JsonCursor& json, std::uint64_t id_limit) {
  std::vector<AddedToken> tokens;
  if (json.is_null()) return tokens;
  for (const JsonCursor& element : json.elements()) {
    tokens.push_back(read_added_token(element));
    const std::uint64_t id = element["id"].natural();
    if (id >= id_limit)
      element["id"].refuse(ErrorCode::format, "id " + std::to_string(id) + " is far beyond the vocabulary");
    tokens.back().id = static_cast<TokenId>(id);
  }
  std::stable_sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return tokens;
}

bool recognises(const Candidate& candidate) {
  if (candidate.is_folder) return candidate.holds("tokenizer.json");
  // An object whose first member is one of ours, and not a token with an id as in vocab.json.
  const std::string_view head = candidate.head;
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t brace = head.find_first_not_of(kSpace);
  if (brace == head.npos || head[brace] != '{') return false;
  const std::size_t key = head.find_first_not_of(kSpace, brace + 1);
  if (key == head.npos) return false;
  constexpr std::array<std::string_view, 9> kMembers = {"\"version\"",        "\"truncation\"", "\"padding\"",
                                                        "\"added_tokens\"",   "\"normalizer\"", "\"pre_tokenizer\"",
                                                        "\"post_processor\"", "\"decoder\"",    "\"model\""};
  return std::any_of(kMembers.begin(), kMembers.end(), [&](std::string_view member) {
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
  if (const JsonCursor version = json["version"]; !version.is_null() && version.text() != "1.0") {
    version.unsupported("version " + in_quotes(version.text()));
  }
  for (const char* member : {"truncation", "padding"}) {
    if (!json[member].is_null()) json[member].unsupported(member);
  }
  if (const JsonCursor normalizer = json["normalizer"]; !normalizer.is_null()) {
    const std::string& type = normalizer["type"].text();
    const bool empty = type == "Sequence" && normalizer["normalizers"].is_empty_array();
    if (!empty) normalizer.unsupported("normalizer " + in_quotes(type));
  }
  if (!json["model"].is_object()) json["model"].refuse(ErrorCode::format, "missing, so this is not a tokenizer");

  VocabularyBuilder vocabulary(name);
  TokenizerDefinition definition;
  definition.pre_tokenizers = read_pre_tokenizers(json["pre_tokenizer"]);
  definition.post_processors = read_post_processors(json["post_processor"]);
  definition.decoders = read_decoders(json["decoder"]);
  BpeModel model = read_bpe(json["model"], vocabulary);
  definition.added_tokens = read_added_tokens(json["added_tokens"], id_limit(model.vocabulary.size()));
  definition.model = std::move(model);
  definition.specials_in_text = true;
  return definition;
}

const Format tokenizer_json = {"tokenizer.json", recognises, read_file_or_folder,
                               [](std::string_view path) { return path.ends_with(".json"); }, write_file_of};

}  // namespace quern::formats
