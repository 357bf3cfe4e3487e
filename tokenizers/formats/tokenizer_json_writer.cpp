// tokenizer.json as Hugging Face's Tokenizer.save lays it out: members in its order, two spaces of indent, vocabulary
// by id. The same definition always gives the same bytes. A model of ranks is written as the list of merges that means
// the same (bpe/piece_encoder.h), with ignore_merges, because a piece that has a rank is one token.
#include "core/error.h"
#include "core/json.h"

#include <algorithm>

#include "tokenizers/bpe/piece_encoder.h"
#include "tokenizers/formats/registry.h"

namespace quern::formats {
namespace {

// Writes indented JSON. Values are given in order; a container opened is closed again.
class IndentedJson {
 public:
  void open(char bracket) { out_ += bracket, ++depth_, empty_ = true; }
  void close(char bracket) {
    --depth_;
    if (!empty_) new_line();
    out_ += bracket, empty_ = false;
  }
  IndentedJson& key(std::string_view name) {
    element();
    append_json_string(out_, name);
    out_ += ": ";
    return *this;
  }
  IndentedJson& element() {
    if (!empty_) out_ += ',';
    new_line();
    empty_ = false;
    return *this;
  }
  void text(std::string_view value) { append_json_string(out_, value); }
  void literal(std::string_view value) { out_ += value; }
  void boolean(bool value) { out_ += value ? "true" : "false"; }
  void number(std::uint64_t value) { out_ += std::to_string(value); }
  std::string take() { return std::move(out_); }

 private:
  void new_line() { out_.append(1, '\n').append(2 * depth_, ' '); }

  std::string out_;
  std::size_t depth_ = 0;
  bool empty_ = true;
};

const char* name(SplitBehavior behavior) {
  switch (behavior) {
    case SplitBehavior::removed:
      return "Removed";
    case SplitBehavior::isolated:
      return "Isolated";
    case SplitBehavior::merged_with_previous:
      return "MergedWithPrevious";
    case SplitBehavior::merged_with_next:
      return "MergedWithNext";
    case SplitBehavior::contiguous:
      return "Contiguous";
  }
  return "";
}

// The three members that every ByteLevel has, whichever of them its role uses.
void write_byte_level(IndentedJson& json, bool add_prefix_space, bool trim_offsets, bool use_regex) {
  json.open('{');
  json.key("type").text("ByteLevel");
  json.key("add_prefix_space").boolean(add_prefix_space);
  json.key("trim_offsets").boolean(trim_offsets);
  json.key("use_regex").boolean(use_regex);
  json.close('}');
}

void write(IndentedJson& json, const ByteLevelPreTokenizer& part) {
  write_byte_level(json, part.add_prefix_space, true, part.use_regex);
}

void write(IndentedJson& json, const SplitPreTokenizer& part) {
  json.open('{');
  json.key("type").text("Split");
  json.key("pattern").open('{');
  json.key(part.pattern.kind == SplitPattern::Kind::literal ? "String" : "Regex").text(part.pattern.source);
  json.close('}');
  json.key("behavior").text(name(part.behavior));
  json.key("invert").boolean(part.invert);
  json.close('}');
}

void write(IndentedJson& json, const ByteLevelPostProcessor& part) {
  write_byte_level(json, part.add_prefix_space, part.trim_offsets, true);
}

void write(IndentedJson& json, const RobertaPostProcessor& part) {
  json.open('{');
  json.key("type").text("RobertaProcessing");
  for (const auto& [key, token] : {std::pair("sep", &part.sep), std::pair("cls", &part.cls)}) {
    json.key(key).open('[');
    json.element().text(token->first);
    json.element().number(token->second);
    json.close(']');
  }
  json.key("trim_offsets").boolean(part.trim_offsets);
  json.key("add_prefix_space").boolean(part.add_prefix_space);
  json.close('}');
}

void write(IndentedJson& json, const std::vector<TemplatePiece>& pieces) {
  json.open('[');
  for (const TemplatePiece& piece : pieces) {
    const bool special = piece.kind == TemplatePiece::Kind::special;
    json.element().open('{');
    json.key(special ? "SpecialToken" : "Sequence").open('{');
    json.key("id").text(special ? piece.special : piece.kind == TemplatePiece::Kind::sequence_a ? "A" : "B");
    json.key("type_id").number(piece.type_id);
    json.close('}');
    json.close('}');
  }
  json.close(']');
}

void write(IndentedJson& json, const TemplatePostProcessor& part) {
  json.open('{');
  json.key("type").text("TemplateProcessing");
  write(json.key("single"), part.single);
  write(json.key("pair"), part.pair);
  json.key("special_tokens").open('{');
  for (const auto& special : part.specials) {
    json.key(special.name).open('{');
    json.key("id").text(special.name);
    json.key("ids").open('[');
    for (const TokenId id : special.ids) json.element().number(id);
    json.close(']');
    json.key("tokens").open('[');
    for (const std::string& token : special.tokens) json.element().text(token);
    json.close(']');
    json.close('}');
  }
  json.close('}');
  json.close('}');
}

template <class Part>
void write(IndentedJson&, const Part&) {
  throw Error(ErrorCode::unsupported, "tokenizer.json is not written yet for such a tokenizer");
}

// null, the component, or a Sequence of several.
template <class Component>
void write_components(IndentedJson& json, const std::vector<Component>& parts, const char* sequence_member) {
  const auto write_one = [&](const Component& component) {
    std::visit([&](const auto& part) { write(json, part); }, component);
  };
  if (parts.empty()) return json.literal("null");
  if (parts.size() == 1) return write_one(parts[0]);
  json.open('{');
  json.key("type").text("Sequence");
  json.key(sequence_member).open('[');
  for (const Component& component : parts) json.element(), write_one(component);
  json.close(']');
  json.close('}');
}

void write(IndentedJson& json, const AddedToken& token) {
  json.open('{');
  json.key("id").number(token.id);
  json.key("content").text(token.content);
  json.key("single_word").boolean(token.single_word);
  json.key("lstrip").boolean(token.lstrip);
  json.key("rstrip").boolean(token.rstrip);
  json.key("normalized").boolean(token.normalized);
  json.key("special").boolean(token.special);
  json.close('}');
}

void write(IndentedJson& json, const BpeModel& model) {
  json.open('{');
  json.key("type").text("BPE");
  json.key("dropout").literal("null");
  model.unk_token ? json.key("unk_token").text(*model.unk_token) : json.key("unk_token").literal("null");
  json.key("continuing_subword_prefix").literal("null");
  json.key("end_of_word_suffix").literal("null");
  json.key("fuse_unk").boolean(model.fuse_unk);
  json.key("byte_fallback").boolean(false);
  json.key("ignore_merges").boolean(model.ignore_merges);
  json.key("vocab").open('{');
  for (std::size_t id = 0; id < model.vocabulary.size(); ++id) {
    if (!model.vocabulary[id].empty()) json.key(model.vocabulary[id]).number(id);
  }
  json.close('}');
  json.key("merges").open('[');
  for (const Merge& merge : model.merges) {
    json.element().open('[');
    json.element().text(model.vocabulary[merge.left]);
    json.element().text(model.vocabulary[merge.right]);
    json.close(']');
  }
  json.close(']');
  json.close('}');
}

BpeModel as_merges(const BpeModel& model) {
  if (model.order == BpeOrder::merges) return model;
  BpeModel merges = model;
  merges.order = BpeOrder::merges;
  merges.ignore_merges = true;
  for (const auto& merge : bpe::PieceEncoder(model).merges()) merges.merges.push_back(merge.merge);
  return merges;
}

// Hugging Face does not take an added token's id from the file: it is the one in the vocabulary, or the next one. Where
// that would be another, the vocabulary has to list the added tokens.
void list_added_tokens(const std::vector<AddedToken>& tokens, std::vector<std::string>& vocabulary) {
  const auto entries =
      vocabulary.size() - static_cast<std::size_t>(std::count(vocabulary.begin(), vocabulary.end(), ""));
  std::size_t next = entries;
  bool follows = true;
  for (const AddedToken& token : tokens) {
    if (token.id < vocabulary.size() && vocabulary[token.id] == token.content) continue;
    follows = follows && token.id == next;
    ++next;
  }
  if (follows) return;
  for (const AddedToken& token : tokens) {
    if (token.id >= vocabulary.size()) vocabulary.resize(token.id + std::size_t{1});
    vocabulary[token.id] = token.content;
  }
}

}  // namespace

std::string write_tokenizer_json(const TokenizerDefinition& definition) {
  BpeModel model = as_merges(std::get<BpeModel>(definition.model));
  list_added_tokens(definition.added_tokens, model.vocabulary);
  IndentedJson json;
  json.open('{');
  json.key("version").text("1.0");
  json.key("truncation").literal("null");
  json.key("padding").literal("null");
  json.key("added_tokens").open('[');
  for (const AddedToken& token : definition.added_tokens) write(json.element(), token);
  json.close(']');
  json.key("normalizer").literal("null");
  write_components(json.key("pre_tokenizer"), definition.pre_tokenizers, "pretokenizers");
  write_components(json.key("post_processor"), definition.post_processors, "processors");
  json.key("decoder");
  definition.decoders.empty() ? json.literal("null") : write_byte_level(json, true, true, true);
  write(json.key("model"), model);
  json.close('}');
  return json.take();
}

}  // namespace quern::formats
