// The models of tokenizer.json, and the tokens added to them.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/error.h"
#include "tokenizers/bpe/piece_encoder.h"
#include "tokenizers/formats/tokenizer_json_parts.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

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

std::string read_unk_token(const JsonCursor& json, const VocabularyBuilder& vocabulary) {
  const std::string& unk = json.text();
  if (!vocabulary.find(unk)) json.refuse(ErrorCode::format, in_quotes(unk) + " is not in the vocabulary");
  return unk;
}

std::string text_or_empty(const JsonCursor& json) { return json.is_null() ? std::string() : json.text(); }

BpeModel read_bpe(const JsonCursor& json, VocabularyBuilder& vocabulary) {
  const std::string prefix = text_or_empty(json["continuing_subword_prefix"]);
  read_vocabulary(json["vocab"], vocabulary);
  vocabulary.continue_with(prefix);
  read_merges(json["merges"], vocabulary);
  std::optional<std::string> unk;
  if (!json["unk_token"].is_null()) unk = read_unk_token(json["unk_token"], vocabulary);
  BpeModel model = vocabulary.take();
  model.unk_token = std::move(unk);
  model.continuing_subword_prefix = prefix;
  model.end_of_word_suffix = text_or_empty(json["end_of_word_suffix"]);
  model.fuse_unk = json["fuse_unk"].boolean_or(false);
  model.byte_fallback = json["byte_fallback"].boolean_or(false);
  model.ignore_merges = json["ignore_merges"].boolean_or(false);
  if (const JsonCursor dropout = json["dropout"]; !dropout.is_null()) {
    model.dropout = dropout.number();
    if (!(model.dropout >= 0 && model.dropout <= 1)) dropout.refuse(ErrorCode::format, "is not between 0 and 1");
  }
  return model;
}

WordPieceModel read_word_piece(const JsonCursor& json, VocabularyBuilder& vocabulary) {
  read_vocabulary(json["vocab"], vocabulary);
  WordPieceModel model;
  model.unk_token = read_unk_token(json["unk_token"], vocabulary);
  model.continuing_subword_prefix = json["continuing_subword_prefix"].text();
  model.max_input_chars_per_word = json["max_input_chars_per_word"].natural();
  model.vocabulary = vocabulary.take_tokens();
  return model;
}

WordLevelModel read_word_level(const JsonCursor& json, VocabularyBuilder& vocabulary) {
  read_vocabulary(json["vocab"], vocabulary);
  WordLevelModel model;
  model.unk_token = read_unk_token(json["unk_token"], vocabulary);
  model.vocabulary = vocabulary.take_tokens();
  return model;
}

UnigramModel read_unigram(const JsonCursor& json, VocabularyBuilder& vocabulary) {
  UnigramModel model;
  const JsonCursor list = json["vocab"];
  list.for_each_scored_text([&](const std::string& token, double score, std::uint64_t i) {
    const Place place = {.pointer = list.pointer(), .number = i};
    if (!std::isfinite(score)) vocabulary.refuse(place, "a score that is not finite");
    vocabulary.add(token, i, place);
    model.scores.push_back(score);
  });
  vocabulary.finish();
  model.vocabulary = vocabulary.take_tokens();
  if (const JsonCursor unk = json["unk_id"]; !unk.is_null()) {
    if (unk.natural() >= model.vocabulary.size()) unk.refuse(ErrorCode::format, "is not in the vocabulary");
    model.unk_id = static_cast<TokenId>(unk.natural());
  }
  model.byte_fallback = json["byte_fallback"].boolean_or(false);
  return model;
}

// Files from before 2020 leave the type out, and the members tell.
std::string type_of(const JsonCursor& json) {
  if (!json["type"].is_null()) return json["type"].text();
  const auto has = [&](const char* member) { return !json[member].is_null(); };
  if (json["vocab"].is_object()) {
    if (has("merges")) return "BPE";
    if (has("unk_token")) {
      return has("continuing_subword_prefix") && has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
    }
  } else if (has("vocab")) {
    return "Unigram";
  }
  json.refuse(ErrorCode::format, "has no type, and the members of none of them");
}

// The vocabulary of a model that tokenizer.json has.
const std::vector<std::string>& vocabulary_of(const Model& model) {
  if (const auto* word_piece = std::get_if<WordPieceModel>(&model)) return word_piece->vocabulary;
  if (const auto* word_level = std::get_if<WordLevelModel>(&model)) return word_level->vocabulary;
  if (const auto* unigram = std::get_if<UnigramModel>(&model)) return unigram->vocabulary;
  return std::get<BpeModel>(model).vocabulary;
}

// Of the empty lines of a vocab.txt Hugging Face holds the last, as an empty token.
bool writes_empty_token(const Model& model) {
  return std::holds_alternative<WordPieceModel>(model) || std::holds_alternative<WordLevelModel>(model);
}

std::size_t entries_written(const Model& model) {
  const auto& vocabulary = vocabulary_of(model);
  const auto empty = static_cast<std::size_t>(std::count(vocabulary.begin(), vocabulary.end(), ""));
  return vocabulary.size() - empty + (empty > 0 && writes_empty_token(model) ? 1 : 0);
}

BpeModel as_merges(const BpeModel& model) {
  if (model.order == BpeOrder::merges) return model;
  BpeModel merges = model;
  merges.order = BpeOrder::merges;
  merges.ignore_merges = true;
  for (const auto& merge : bpe::PieceEncoder(model).merges()) merges.merges.push_back(merge.merge);
  return merges;
}

struct WriteMembers {
  IndentedJson& json;

  void operator()(const BpeModel& any) const {
    const BpeModel model = as_merges(any);
    json.key("type").text("BPE");
    json.key("dropout");
    model.dropout == 0 ? json.null() : json.number(model.dropout);
    json.key("unk_token");
    model.unk_token ? json.text(*model.unk_token) : json.null();
    write_or_null("continuing_subword_prefix", model.continuing_subword_prefix);
    write_or_null("end_of_word_suffix", model.end_of_word_suffix);
    json.key("fuse_unk").boolean(model.fuse_unk);
    json.key("byte_fallback").boolean(model.byte_fallback);
    json.key("ignore_merges").boolean(model.ignore_merges);
    write_vocabulary(model.vocabulary, false);
    json.key("merges").open('[');
    for (const Merge& merge : model.merges) {
      json.element().open('[');
      json.element().text(model.vocabulary[merge.left]);
      json.element().text(model.vocabulary[merge.right]);
      json.close(']');
    }
    json.close(']');
  }
  void operator()(const WordPieceModel& model) const {
    json.key("type").text("WordPiece");
    json.key("unk_token").text(model.unk_token);
    json.key("continuing_subword_prefix").text(model.continuing_subword_prefix);
    json.key("max_input_chars_per_word").natural(model.max_input_chars_per_word);
    write_vocabulary(model.vocabulary, true);
  }
  void operator()(const WordLevelModel& model) const {
    json.key("type").text("WordLevel");
    write_vocabulary(model.vocabulary, true);
    json.key("unk_token").text(model.unk_token);
  }
  void operator()(const UnigramModel& model) const {
    json.key("type").text("Unigram");
    json.key("unk_id");
    model.unk_id ? json.natural(*model.unk_id) : json.null();
    json.key("vocab").open('[');
    for (std::size_t id = 0; id < model.vocabulary.size(); ++id) {
      json.element().open('[');
      json.element().text(model.vocabulary[id]);
      json.element().number(model.scores[id]);
      json.close(']');
    }
    json.close(']');
    json.key("byte_fallback").boolean(model.byte_fallback);
  }
  void operator()(const SentencePieceModel&) const {
    throw Error(ErrorCode::unsupported, "tokenizer.json has no place for SentencePiece's model");
  }

 private:
  void write_or_null(const char* key, const std::string& text) const {
    json.key(key);
    text.empty() ? json.null() : json.text(text);
  }
  void write_vocabulary(const std::vector<std::string>& vocabulary, bool writes_empty) const {
    json.key("vocab").open('{');
    const auto last_empty = std::find(vocabulary.rbegin(), vocabulary.rend(), "").base() - vocabulary.begin() - 1;
    for (std::size_t id = 0; id < vocabulary.size(); ++id) {
      if (!vocabulary[id].empty() || (writes_empty && static_cast<std::ptrdiff_t>(id) == last_empty)) {
        json.key(vocabulary[id]).natural(id);
      }
    }
    json.close('}');
  }
};

}  // namespace

Model read_model(const JsonCursor& json, const std::string& path) {
  VocabularyBuilder vocabulary(path);
  const std::string type = type_of(json);
  if (type == "BPE") return read_bpe(json, vocabulary);
  if (type == "WordPiece") return read_word_piece(json, vocabulary);
  if (type == "WordLevel") return read_word_level(json, vocabulary);
  if (type == "Unigram") return read_unigram(json, vocabulary);
  json.unsupported("model " + in_quotes(type));
}

void write_model(IndentedJson& json, const Model& model) {
  json.open('{');
  std::visit(WriteMembers{json}, model);
  json.close('}');
}

// Hugging Face does not take an added token's id from the file. Where its numbering would give another one, the
// vocabulary has to list the added tokens; only BPE leaves such tokens alone, since no merge makes them.
Model with_added_tokens_listed(const Model& model, const std::vector<AddedToken>& tokens) {
  if (std::holds_alternative<SentencePieceModel>(model)) return model;
  AddedTokenNumbering numbering(vocabulary_of(model), entries_written(model));
  const auto follows = [&](const AddedToken& token) { return numbering.number(token.content) == token.id; };
  if (std::all_of(tokens.begin(), tokens.end(), follows)) return model;
  const auto* bpe = std::get_if<BpeModel>(&model);
  if (!bpe) {
    throw Error(ErrorCode::unsupported,
                "tokenizer.json cannot say this tokenizer: the ids of its added tokens do not follow the vocabulary");
  }
  BpeModel listed = *bpe;
  for (const AddedToken& token : tokens) {
    if (token.id >= listed.vocabulary.size()) listed.vocabulary.resize(token.id + std::size_t{1});
    listed.vocabulary[token.id] = token.content;
  }
  return listed;
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

void write_added_tokens(IndentedJson& json, const std::vector<AddedToken>& tokens) {
  json.open('[');
  for (const AddedToken& token : tokens) {
    json.element().open('{');
    json.key("id").natural(token.id);
    json.key("content").text(token.content);
    json.key("single_word").boolean(token.single_word);
    json.key("lstrip").boolean(token.lstrip);
    json.key("rstrip").boolean(token.rstrip);
    json.key("normalized").boolean(token.normalized);
    json.key("special").boolean(token.special);
    json.close('}');
  }
  json.close(']');
}

std::vector<AddedToken> read_added_tokens(const JsonCursor& json, const Model& model, std::size_t entries) {
  std::vector<AddedToken> tokens;
  if (json.is_null()) return tokens;
  AddedTokenNumbering numbering(vocabulary_of(model), entries);
  std::unordered_map<std::string, std::size_t> places;
  for (const JsonCursor& element : json.elements()) {
    AddedToken token = read_added_token(element);
    const std::uint64_t id = element["id"].natural();
    if (id >= id_limit(vocabulary_of(model).size()))
      element["id"].refuse(ErrorCode::format, "id " + std::to_string(id) + " is far beyond the vocabulary");
    token.id = numbering.number(token.content);
    const auto [place, is_new] = places.emplace(token.content, tokens.size());
    if (is_new) {
      tokens.push_back(std::move(token));
    } else {
      tokens[place->second] = std::move(token);  // said again: the later flags count
    }
  }
  std::sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return tokens;
}

}  // namespace quern::formats
