// .tiktoken: one token a line, its bytes in base64, a space and its rank, which is its id. Neither the split pattern
// nor the special tokens are in the file: OpenAI's vocabularies are known by their sizes, for others the user names a
// pattern.
#include <algorithm>
#include <array>
#include <charconv>

#include "core/error.h"
#include "core/io/input.h"
#include "tokenizers/bpe/piece_encoder.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/formats/base64.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/vocabulary_builder.h"

namespace quern::formats {
namespace {

struct KnownVocabulary {
  std::size_t ranks;  // tokens in the file
  std::size_t ids;    // one more than the largest of them
  const char* pattern;
  std::vector<std::pair<const char*, TokenId>> specials;
};

const std::vector<KnownVocabulary>& known_vocabularies() {
  static const std::vector<KnownVocabulary> list = {
      {50256, 50256, "gpt2", {{"<|endoftext|>", 50256}}},  // r50k_base, gpt2
      {50280, 50281, "gpt2", {{"<|endoftext|>", 50256}}},  // p50k_base, which leaves 50256 out
      {100256,
       100256,
       "cl100k",
       {{"<|endoftext|>", 100257},
        {"<|fim_prefix|>", 100258},
        {"<|fim_middle|>", 100259},
        {"<|fim_suffix|>", 100260},
        {"<|endofprompt|>", 100276}}},
      {199998, 199998, "o200k", {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}}};
  return list;
}

const KnownVocabulary* known(const std::vector<std::string>& vocabulary) {
  const auto ranks = vocabulary.size() - static_cast<std::size_t>(std::count(vocabulary.begin(), vocabulary.end(), ""));
  for (const KnownVocabulary& candidate : known_vocabularies()) {
    if (candidate.ranks == ranks && candidate.ids == vocabulary.size()) return &candidate;
  }
  return nullptr;
}

std::vector<AddedToken> known_specials(const std::vector<std::string>& vocabulary) {
  std::vector<AddedToken> tokens;
  if (const KnownVocabulary* k = known(vocabulary)) {
    for (const auto& [content, id] : k->specials) {
      tokens.push_back({.id = id, .content = content, .normalized = false, .special = true});
    }
  }
  return tokens;
}

// "SGVsbG8= 15496"; the bytes come back spelled.
std::pair<std::string, std::uint64_t> parse_line(std::string_view line, const VocabularyBuilder& vocabulary,
                                                 Place place) {
  const std::size_t space = line.find(' ');
  if (space == line.npos) vocabulary.refuse(place, "expected base64, a space and a rank");
  const auto bytes = from_base64(line.substr(0, space));
  if (!bytes) vocabulary.refuse(place, in_quotes(line.substr(0, space)) + " is not base64");
  const std::string_view digits = line.substr(space + 1);
  std::uint64_t rank = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
  if (problem != std::errc() || end != digits.data() + digits.size()) {
    vocabulary.refuse(place, in_quotes(digits) + " is not a rank");
  }
  return {byte_level::spell(*bytes), rank};
}

bool recognises(const Candidate& candidate) {
  if (candidate.is_folder) return false;
  if (candidate.name().ends_with(".tiktoken")) return true;
  const std::string_view line = std::string_view(candidate.head).substr(0, candidate.head.find('\n'));
  const std::size_t space = line.find(' ');
  return space != line.npos && from_base64(line.substr(0, space)) && space + 1 < line.size() &&
         line.find_first_not_of("0123456789", space + 1) == line.npos;
}

// The vocabulary without added tokens: Hugging Face's files list them there too.
std::vector<std::string> ranked_tokens(const TokenizerDefinition& definition) {
  std::vector<std::string> tokens = std::get<BpeModel>(definition.model).vocabulary;
  for (const AddedToken& token : definition.added_tokens) {
    if (token.id < tokens.size()) tokens[token.id].clear();
  }
  while (!tokens.empty() && tokens.back().empty()) tokens.pop_back();
  return tokens;
}

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorCode::unsupported, "a .tiktoken file cannot say this tokenizer: " + reason)
      .remedy("write tokenizer.json instead");
}

// A list of merges means the same as ranks when it is the list that the ranks give: see bpe/piece_encoder.h.
void require_rank_order(const BpeModel& merges, const BpeModel& ranks) {
  const auto expected = bpe::PieceEncoder(ranks).merges();
  for (std::size_t i = 0; i < std::max(expected.size(), merges.merges.size()); ++i) {
    if (i < expected.size() && i < merges.merges.size() && expected[i].merge == merges.merges[i]) continue;
    const bool listed = i < merges.merges.size();
    const Merge& merge = listed ? merges.merges[i] : expected[i].merge;
    refuse("merge " + std::to_string(i + 1) + " (" + in_quotes(merges.vocabulary[merge.left]) + ", " +
           in_quotes(merges.vocabulary[merge.right]) +
           (listed ? ") is not the one that the ids give" : ") follows from the ids and is not listed"));
  }
  if (merges.ignore_merges) return;
  std::vector<bool> reached(ranks.vocabulary.size());
  for (const auto& merge : expected) reached[merge.result] = true;
  for (std::size_t id = 0; id < ranks.vocabulary.size(); ++id) {
    const std::string& token = ranks.vocabulary[id];
    if (token.empty() || reached[id] || byte_level::unspell(token).value_or("").size() == 1) continue;
    refuse("no merge makes " + in_quotes(token) + ", and as a piece of its own it would be one token all the same");
  }
}

void require_sayable(const TokenizerDefinition& definition, const BpeModel& ranks) {
  for (const std::string& token : ranks.vocabulary) {
    if (!token.empty() && !byte_level::unspell(token)) refuse("token " + in_quotes(token) + " is not spelled in bytes");
  }
  const auto& model = std::get<BpeModel>(definition.model);
  if (!model.continuing_subword_prefix.empty() || !model.end_of_word_suffix.empty()) refuse("it marks parts of words");
  if (model.dropout != 0) refuse("it drops merges at random");
  if (!definition.normalizers.empty()) refuse("it normalizes");
  const auto specials = known_specials(ranks.vocabulary);
  for (const AddedToken& token : definition.added_tokens) {
    const bool is_known = std::any_of(specials.begin(), specials.end(), [&](const AddedToken& s) {
      return s.id == token.id && s.content == token.content;
    });
    if (!is_known) refuse("it has no place for the added token " + in_quotes(token.content));
  }
  bool spells_bytes = false;
  for (const PreTokenizer& part : definition.pre_tokenizers) {
    const auto* byte_level = std::get_if<ByteLevelPreTokenizer>(&part);
    if (!byte_level && !std::holds_alternative<SplitPreTokenizer>(part)) refuse("it is not split by a pattern alone");
    if (byte_level && byte_level->add_prefix_space) refuse("it has no place for add_prefix_space");
    spells_bytes = byte_level != nullptr;
  }
  if (!spells_bytes) refuse("its model does not work on bytes");
  for (const PostProcessor& part : definition.post_processors) {
    if (!std::holds_alternative<ByteLevelPostProcessor>(part))
      refuse("it has no place for special tokens around a text");
  }
}

TokenizerDefinition read_from_file(const Candidate& candidate, const LoadOptions& options) {
  return read_tiktoken(read_file(candidate.path), candidate.path, options);
}

void write_to_file(const TokenizerDefinition& definition, const std::string& path, const OutputOptions& options) {
  write_file(path, write_tiktoken(definition), options);
}

}  // namespace

TokenizerDefinition read_tiktoken(std::string_view text, const std::string& name, const LoadOptions& options) {
  VocabularyBuilder builder(name);
  std::uint64_t number = 0;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    const Place place = {.line = ++number};
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto [token, rank] = parse_line(line, builder, place);
    builder.add(std::move(token), rank, place);
  }
  builder.finish();
  BpeModel model = builder.take();
  model.order = BpeOrder::ranks;
  const KnownVocabulary* k = known(model.vocabulary);
  if (!k && options.pattern.empty()) {
    throw Error(ErrorCode::usage, "not one of OpenAI's vocabularies, so its split pattern is not known")
        .at(name)
        .remedy("name it with --pattern gpt2, cl100k, o200k or a regular expression");
  }
  const std::string pattern = options.pattern.empty() ? k->pattern : options.pattern;
  const auto& names = SplitPattern::names();
  const bool is_name = std::find(names.begin(), names.end(), pattern) != names.end();

  TokenizerDefinition definition;
  definition.added_tokens = known_specials(model.vocabulary);
  definition.pre_tokenizers = {
      SplitPreTokenizer{.pattern = is_name ? SplitPattern::named(pattern) : SplitPattern::from_regex(pattern)},
      ByteLevelPreTokenizer{.add_prefix_space = false, .use_regex = false}};
  definition.decoders = {ByteLevelDecoder{}};
  definition.model = std::move(model);
  definition.specials_in_text = false;
  return definition;
}

std::vector<AddedToken> tiktoken_specials(const TokenizerDefinition& definition) {
  if (!std::holds_alternative<BpeModel>(definition.model)) return {};
  return known_specials(ranked_tokens(definition));
}

std::string write_tiktoken(const TokenizerDefinition& definition) {
  if (!std::holds_alternative<BpeModel>(definition.model)) refuse("its model is not BPE");
  const auto& model = std::get<BpeModel>(definition.model);
  BpeModel ranks;
  ranks.order = BpeOrder::ranks;
  ranks.vocabulary = ranked_tokens(definition);
  require_sayable(definition, ranks);
  if (model.order == BpeOrder::merges) require_rank_order(model, ranks);
  std::string text;
  for (std::size_t id = 0; id < ranks.vocabulary.size(); ++id) {
    if (ranks.vocabulary[id].empty()) continue;
    text += to_base64(*byte_level::unspell(ranks.vocabulary[id])) + " " + std::to_string(id) + "\n";
  }
  return text;
}

const Format tiktoken = {"tiktoken", recognises, read_from_file,
                         [](std::string_view path) { return path.ends_with(".tiktoken"); }, write_to_file};

}  // namespace quern::formats
