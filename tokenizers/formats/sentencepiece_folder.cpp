// A folder with a SentencePiece model in it: what tokenizer_config.json makes of the model, for the classes of
// transformers that take its pieces as they are, and for XLM-RoBERTa, which numbers them anew.
#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/io/input.h"
#include "tokenizers/formats/folder.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/sentencepiece_folder.h"
#include "tokenizers/formats/tokenizer_config.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

using Kind = SentencePiece::Kind;

constexpr const char* kModel = "tokenizer.model";
constexpr const char* kFairseqName = "sentencepiece.bpe.model";
constexpr std::array<const char*, 3> kNames = {kModel, "spiece.model", kFairseqName};

// The template of a list of names, with A and B for the texts: {"<s>", "A", "</s>"}. B and what follows are of type 1
// when `types` says so.
std::vector<TemplatePiece> pieces_of(const std::vector<std::string>& names, bool types) {
  std::vector<TemplatePiece> pieces;
  TokenId type = 0;
  for (const std::string& name : names) {
    TemplatePiece piece;
    if (name == "B" && types) type = 1;
    piece.kind = name == "A"   ? TemplatePiece::Kind::sequence_a
                 : name == "B" ? TemplatePiece::Kind::sequence_b
                               : TemplatePiece::Kind::special;
    if (piece.kind == TemplatePiece::Kind::special) piece.special = name;
    piece.type_id = type;
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

class FolderReader {
 public:
  FolderReader(const TokenizerConfig& config, TokenizerDefinition& definition)
      : config_(config), definition_(definition), model_(std::get<SentencePieceModel>(definition.model)) {}

  void apply_class(const std::string& file) {
    const std::string name = config_.tokenizer_class("");
    if (name.empty() && file == kFairseqName) {
      config_["tokenizer_class"].refuse(ErrorCode::unsupported,
                                        "missing: whether the pieces are numbered anew is not known");
    }
    if (name.empty() || name == "LlamaTokenizer" || name == "CodeLlamaTokenizer" || name == "GemmaTokenizer") {
      add_tokens({});
      surround_as_llama(!name.empty());
    } else if (name == "T5Tokenizer") {
      add_tokens(extra_ids());
      surround({}, {role("eos_token", "</s>")}, {role("eos_token", "</s>")});
    } else if (name == "XLMRobertaTokenizer") {
      number_as_fairseq();
      add_tokens({AddedToken{.id = 0, .content = "<mask>", .lstrip = true, .normalized = false, .special = true}});
      const std::string first = role("cls_token", "<s>"), last = role("sep_token", "</s>");
      surround({first}, {last}, {last, last});
    } else {
      config_["tokenizer_class"].unsupported("tokenizer class " + in_quotes(name));
    }
  }

 private:
  std::string role(const char* name, const char* otherwise) const {
    const auto token = config_.role(name);
    return token ? token->content : otherwise;
  }

  void add_tokens(const std::vector<AddedToken>& more) {
    std::vector<std::string> texts;
    for (const SentencePiece& piece : model_.pieces) texts.push_back(piece.text);
    definition_.added_tokens = config_.added_tokens(texts);
    auto next = static_cast<TokenId>(texts.size());
    for (const AddedToken& token : definition_.added_tokens) next = std::max(next, token.id + 1);
    for (AddedToken token : more) {
      const auto same = [&](const AddedToken& other) { return other.content == token.content; };
      if (std::any_of(definition_.added_tokens.begin(), definition_.added_tokens.end(), same)) continue;
      token.id = next++;
      definition_.added_tokens.push_back(std::move(token));
    }
  }

  // T5's sentinels stand behind the pieces, the last one first.
  std::vector<AddedToken> extra_ids() const {
    constexpr std::uint64_t kMost = 10'000;
    const JsonCursor json = config_["extra_ids"];
    const std::uint64_t count = json.is_null() ? 100 : json.natural();
    if (count > kMost) json.refuse(ErrorCode::format, "more extra ids than any model has");
    std::vector<AddedToken> tokens;
    for (std::uint64_t i = count; i > 0; --i) {
      tokens.push_back({.id = 0,
                        .content = "<extra_id_" + std::to_string(i - 1) + ">",
                        .normalized = false,
                        .special = true});
    }
    return tokens;
  }

  void surround_as_llama(bool adds_bos) {
    const bool bos = config_["add_bos_token"].boolean_or(adds_bos), eos = config_["add_eos_token"].boolean_or(false);
    const std::vector<std::string> first = bos ? std::vector{role("bos_token", "<s>")} : std::vector<std::string>{};
    const std::vector<std::string> last = eos ? std::vector{role("eos_token", "</s>")} : std::vector<std::string>{};
    std::vector<std::string> between = last;
    between.insert(between.end(), first.begin(), first.end());
    if (bos || eos) surround(first, last, between, true);
  }

  // `types`: the second text and what follows it are of type 1.
  void surround(const std::vector<std::string>& first, const std::vector<std::string>& last,
                const std::vector<std::string>& between, bool types = false) {
    std::vector<std::string> single = first, pair;
    single.push_back("A");
    pair = single;
    single.insert(single.end(), last.begin(), last.end());
    pair.insert(pair.end(), between.begin(), between.end());
    pair.push_back("B");
    pair.insert(pair.end(), last.begin(), last.end());
    TemplatePostProcessor processor;
    processor.single = pieces_of(single, types);
    processor.pair = pieces_of(pair, types);
    for (const std::string& name : pair) {
      if (name != "A" && name != "B") add_special(name, processor);
    }
    std::sort(processor.specials.begin(), processor.specials.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    definition_.post_processors = {std::move(processor)};
  }

  void add_special(const std::string& name, TemplatePostProcessor& processor) const {
    for (const auto& special : processor.specials) {
      if (special.name == name) return;
    }
    processor.specials.push_back({.name = name, .ids = {id_of(name)}, .tokens = {name}});
  }

  TokenId id_of(const std::string& text) const {
    for (const AddedToken& token : definition_.added_tokens) {
      if (token.content == text) return token.id;
    }
    for (std::size_t id = 0; id < model_.pieces.size(); ++id) {
      if (model_.pieces[id].text == text) return static_cast<TokenId>(id);
    }
    config_["tokenizer_class"].refuse(ErrorCode::format, in_quotes(text) + " is to stand around a text, and is no piece");
  }

  // fairseq's numbers: <s> <pad> </s> <unk>, then the pieces from the fourth on.
  void number_as_fairseq() {
    auto& pieces = model_.pieces;
    const bool is_usual = pieces.size() > 3 && pieces[0].kind == Kind::unknown && pieces[1].text == "<s>" &&
                          pieces[2].text == "</s>";
    if (!is_usual) {
      config_["tokenizer_class"].refuse(ErrorCode::format, "the model does not begin with <unk>, <s> and </s>");
    }
    const SentencePiece unk = pieces[0], bos = pieces[1], eos = pieces[2];
    pieces.erase(pieces.begin(), pieces.begin() + 3);
    const std::array<SentencePiece, 4> first = {bos, SentencePiece{"<pad>", 0, Kind::control}, eos, unk};
    pieces.insert(pieces.begin(), first.begin(), first.end());
  }

  const TokenizerConfig& config_;
  TokenizerDefinition& definition_;
  SentencePieceModel& model_;
};

// The configuration under which the model means this definition: Llama's, with or without <s> and </s>.
std::string matching_config(const TokenizerDefinition& definition) {
  for (const bool bos : {false, true}) {
    for (const bool eos : {false, true}) {
      const std::string text = tokenizer_config_text(definition, "LlamaTokenizer",
                                                     {{"add_bos_token", bos}, {"add_eos_token", eos}});
      TokenizerDefinition read = definition;
      read.added_tokens.clear();
      read.post_processors.clear();
      FolderReader(TokenizerConfig(text, kModel), read).apply_class(kModel);
      if (read.post_processors == definition.post_processors && read.added_tokens == definition.added_tokens) return text;
    }
  }
  throw Error(ErrorCode::unsupported, "the special tokens around a text are not those of a SentencePiece model");
}

}  // namespace

std::vector<FolderFile> sentencepiece_files(const TokenizerDefinition& definition) {
  TokenizerDefinition alone = definition;
  alone.added_tokens.clear();
  alone.post_processors.clear();
  return {{kModel, write_sentencepiece(alone)}, {"tokenizer_config.json", matching_config(definition)}};
}

std::string sentencepiece_in_folder(const Candidate& candidate) {
  for (const char* name : kNames) {
    if (candidate.holds(name) && sentencepiece.recognises(inspect(candidate.inside(name)))) return name;
  }
  return "";
}

TokenizerDefinition read_sentencepiece_folder(const Candidate& candidate) {
  const std::string name = sentencepiece_in_folder(candidate), path = candidate.inside(name);
  TokenizerDefinition definition = read_sentencepiece(read_file(path), path);
  const TokenizerConfig config(candidate.path);
  if (!config.exists() && name != kFairseqName) return definition;
  definition.specials_in_text = true;
  FolderReader(config, definition).apply_class(name);
  return definition;
}

}  // namespace quern::formats
