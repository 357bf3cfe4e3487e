// A complete recipe as parts: the tokenizer to be, without a vocabulary, and the trainer for it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "cli/training_recipe.h"
#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/normalizers/charsmap_builder.h"
#include "tokenizers/trainers/bpe_trainer.h"
#include "tokenizers/trainers/hugging_face_unigram_trainer.h"
#include "tokenizers/trainers/sentencepiece_library.h"
#include "tokenizers/trainers/sentencepiece_trainer.h"

namespace quern::cli {
namespace {

using Algorithm = SentencePieceModel::Algorithm;

// --- how text is cut --------------------------------------------------------------------------------------------------

const std::vector<std::pair<const char*, Normalizer>>& named_normalizers() {
  using Form = UnicodeNormalizer::Form;
  BertNormalizer cased;
  cased.lowercase = false;
  static const std::vector<std::pair<const char*, Normalizer>> all = {
      {"nfc", UnicodeNormalizer{Form::nfc}},
      {"nfd", UnicodeNormalizer{Form::nfd}},
      {"nfkc", UnicodeNormalizer{Form::nfkc}},
      {"nfkd", UnicodeNormalizer{Form::nfkd}},
      {"lowercase", LowercaseNormalizer()},
      {"strip", StripNormalizer()},
      {"strip-accents", StripAccentsNormalizer()},
      {"nmt", NmtNormalizer()},
      {"squeeze-spaces", ReplaceNormalizer{SplitPattern::from_regex(" {2,}"), " "}},
      {"bert", BertNormalizer()},
      {"bert-cased", cased},
  };
  return all;
}

std::vector<Normalizer> normalizers_of(std::string_view names) {
  std::vector<Normalizer> parts;
  if (names == "none") return parts;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    const auto& all = named_normalizers();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& row) { return name == row.first; });
    if (found == all.end()) {
      std::vector<std::string> known = {"none"};
      for (const auto& row : all) known.push_back(row.first);
      throw Error(ErrorCode::usage, fmt::format("--normalizer names \"{}\"", name)).remedy(fmt::format("use {}", fmt::join(known, ", ")));
    }
    parts.push_back(found->second);
  }
  return parts;
}

const std::vector<std::pair<const char*, PreTokenizer>>& named_pre_tokenizers() {
  static const std::vector<std::pair<const char*, PreTokenizer>> all = {
      {"whitespace", WhitespacePreTokenizer()}, {"whitespace-split", WhitespaceSplitPreTokenizer()}, {"bert", BertPreTokenizer()},
      {"metaspace", MetaspacePreTokenizer()},   {"punctuation", PunctuationPreTokenizer()},
  };
  return all;
}

// One of SplitPattern's, an expression, or none.
std::optional<SplitPattern> split_pattern(const std::string& name) {
  constexpr std::string_view kRegex = "regex:";
  if (name == "none") return std::nullopt;
  if (name.starts_with(kRegex)) return SplitPattern::from_regex(name.substr(kRegex.size()));
  std::vector<std::string> names = SplitPattern::names();
  if (std::find(names.begin(), names.end(), name) != names.end()) return SplitPattern::named(name);
  for (const auto& row : named_pre_tokenizers()) names.push_back(row.first);
  throw Error(ErrorCode::usage, "--pre-tokenizer is \"" + name + "\"")
      .remedy(fmt::format("use {}, none, or regex: with an expression behind it", fmt::join(names, ", ")));
}

std::vector<PreTokenizer> pre_tokenizers_of(const TrainingRecipe& recipe) {
  std::vector<PreTokenizer> parts;
  if (recipe.digits == Digits::single) parts.push_back(DigitsPreTokenizer{.individual_digits = true});
  if (recipe.digits == Digits::triples) parts.push_back(SplitPreTokenizer{.pattern = SplitPattern::from_regex("\\p{N}{1,3}")});
  const bool of_bytes = recipe.rules == Rules::bytes;
  const auto& named = named_pre_tokenizers();
  const auto found = std::find_if(named.begin(), named.end(), [&](const auto& row) { return recipe.pre_tokenizer == row.first; });
  if (found != named.end()) {
    parts.push_back(found->second);
    if (of_bytes) parts.push_back(ByteLevelPreTokenizer{.add_prefix_space = recipe.add_prefix_space, .use_regex = false});
    return parts;
  }
  const std::optional<SplitPattern> pattern = split_pattern(recipe.pre_tokenizer);
  if (of_bytes) {
    for (PreTokenizer& part : byte_level_pre_tokenizers(pattern, recipe.add_prefix_space)) parts.push_back(std::move(part));
  } else if (pattern) {
    parts.push_back(SplitPreTokenizer{.pattern = *pattern});
  }
  return parts;
}

// --- the tokenizer to be ----------------------------------------------------------------------------------------------

std::vector<std::string> specials_of(const TrainingRecipe& recipe) {
  std::vector<std::string> specials = recipe.specials;
  const bool has_unk = recipe.rules == Rules::hugging_face;
  if (has_unk && std::find(specials.begin(), specials.end(), recipe.unk_token) == specials.end()) specials.insert(specials.begin(), recipe.unk_token);
  return specials;
}

void add_tokens(const TrainingRecipe& recipe, TokenizerDefinition& blank) {
  const auto add = [&](const std::string& content, bool is_special) {
    blank.added_tokens.push_back({.id = static_cast<TokenId>(blank.added_tokens.size()), .content = content, .normalized = !is_special, .special = is_special});
  };
  for (const std::string& token : specials_of(recipe)) add(token, true);
  for (const std::string& token : recipe.user_tokens) add(token, false);
}

// A text that words are put together from again: suffixes and marks first, which look at single tokens, then bytes.
std::vector<Decoder> decoders_of(const TrainingRecipe& recipe) {
  if (recipe.rules == Rules::bytes) {
    std::vector<Decoder> decoders = {ByteLevelDecoder()};
    // By then the text is one token, of which Metaspace would drop every mark.
    if (recipe.pre_tokenizer == "metaspace") {
      decoders.insert(decoders.end(), {ReplaceDecoder{SplitPattern::from_literal("\u2581"), " "}, StripDecoder{.start = 1}});
    }
    return decoders;
  }
  if (recipe.model == ModelKind::wordpiece) return {WordPieceDecoder{.prefix = recipe.continuing_prefix}};
  std::vector<Decoder> decoders;
  if (recipe.pre_tokenizer == "metaspace") decoders.push_back(MetaspaceDecoder());
  if (!recipe.word_suffix.empty()) decoders.push_back(BpeDecoder{.suffix = recipe.word_suffix});
  if (!recipe.continuing_prefix.empty()) decoders.push_back(WordPieceDecoder{.prefix = recipe.continuing_prefix, .cleanup = false});
  if (recipe.byte_fallback) decoders.insert(decoders.end(), {ByteFallbackDecoder(), FuseDecoder()});
  return decoders;
}

// [CLS] A [SEP] B [SEP], where the vocabulary has them.
void add_bert_template(TokenizerDefinition& blank) {
  const auto find = [&](const char* name) { return std::find_if(blank.added_tokens.begin(), blank.added_tokens.end(), [&](const AddedToken& token) { return token.content == name; }); };
  const auto cls = find("[CLS]"), sep = find("[SEP]");
  if (cls == blank.added_tokens.end() || sep == blank.added_tokens.end()) return;
  blank.post_processors = {BertPostProcessor{.sep = {"[SEP]", sep->id}, .cls = {"[CLS]", cls->id}}};
}

// Marks that no decoder could tell from the text.
void check_marks(const TrainingRecipe& recipe) {
  if (recipe.continuing_prefix.empty() && recipe.word_suffix.empty()) return;
  if (recipe.pre_tokenizer == "metaspace") {
    throw Error(ErrorCode::usage, "--pre-tokenizer metaspace marks where words begin; --continuing-prefix and --word-suffix mark them again").remedy("use one of them");
  }
  if (recipe.byte_fallback) {
    throw Error(ErrorCode::usage, "with --byte-fallback, unknown characters would spell the marks of --continuing-prefix and --word-suffix in bytes, too")
        .remedy("use --pre-tokenizer metaspace instead of marks");
  }
}

TokenizerDefinition blank_of(const TrainingRecipe& recipe) {
  check_marks(recipe);
  TokenizerDefinition blank;
  blank.normalizers = normalizers_of(recipe.normalizer);
  blank.pre_tokenizers = pre_tokenizers_of(recipe);
  blank.decoders = decoders_of(recipe);
  add_tokens(recipe, blank);
  if (recipe.model == ModelKind::wordpiece) {
    WordPieceModel model;
    model.unk_token = recipe.unk_token;
    model.continuing_subword_prefix = recipe.continuing_prefix;
    blank.model = std::move(model);
    add_bert_template(blank);
  } else if (recipe.model == ModelKind::bpe) {
    BpeModel model;
    if (recipe.rules == Rules::hugging_face) model.unk_token = recipe.unk_token;
    model.continuing_subword_prefix = recipe.continuing_prefix;
    model.end_of_word_suffix = recipe.word_suffix;
    model.byte_fallback = recipe.byte_fallback;
    blank.model = std::move(model);
  }
  return blank;
}

// --- what is learned --------------------------------------------------------------------------------------------------

// --initial-alphabet as characters to have.
std::u32string initial_characters(const TrainingRecipe& recipe) {
  constexpr std::string_view kCharacters = "chars:";
  const std::string_view what = recipe.initial_alphabet;
  if (what == "observed") return {};
  if (what == "bytes" && recipe.rules == Rules::bytes) return all_bytes();
  if (!what.starts_with(kCharacters) || recipe.rules == Rules::bytes) {
    throw Error(ErrorCode::usage, fmt::format("--initial-alphabet is \"{}\"", what))
        .remedy(recipe.rules == Rules::bytes ? "bytes or observed, with --compat bytes" : "observed, or chars: with the characters behind it");
  }
  const std::string_view text = what.substr(kCharacters.size());
  if (!utf8::is_valid(text)) throw Error(ErrorCode::usage, "--initial-alphabet is not valid UTF-8");
  std::u32string characters;
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) characters += utf8::decode(p);
  return characters;
}

std::size_t number(const std::string& option, std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  throw Error(ErrorCode::usage, fmt::format("--{} has \"{}\" where a number belongs", option, text)).remedy("as 1000, or Han=8000");
}

AlphabetSettings alphabet_of(const TrainingRecipe& recipe) {
  AlphabetSettings alphabet;
  alphabet.initial = initial_characters(recipe);
  alphabet.coverage = recipe.coverage;
  for (const std::string& limit : recipe.limit_alphabet) {
    const std::size_t equals = limit.find('=');
    if (equals == std::string::npos) {
      alphabet.limit = number("limit-alphabet", limit);
    } else {
      alphabet.script_limits.push_back({limit.substr(0, equals), number("limit-alphabet", std::string_view(limit).substr(equals + 1))});
    }
  }
  return alphabet;
}

std::unique_ptr<Trainer> make_pair_trainer(const TrainingRecipe& recipe, const bpe::LearnResources& resources) {
  const BpeTrainerSettings settings{.vocab_size = static_cast<std::size_t>(recipe.vocab_size),
                                    .min_frequency = static_cast<std::uint64_t>(recipe.min_frequency),
                                    .max_token_length = static_cast<std::size_t>(recipe.max_token_length),
                                    .score = recipe.score == Score::likelihood ? BpeTrainerSettings::Score::likelihood : BpeTrainerSettings::Score::frequency,
                                    .alphabet = alphabet_of(recipe)};
  return make_bpe_trainer(blank_of(recipe), settings, resources);
}

std::unique_ptr<Trainer> make_hugging_face_unigram(const TrainingRecipe& recipe, const bpe::LearnResources& resources) {
  const TokenizerDefinition blank = blank_of(recipe);
  HuggingFaceUnigramSettings settings;
  settings.vocab_size = static_cast<std::size_t>(recipe.vocab_size);
  if (recipe.max_token_length != 0) settings.max_piece_length = static_cast<std::size_t>(recipe.max_token_length);
  settings.specials = specials_of(recipe);
  settings.user_tokens = recipe.user_tokens;
  settings.unk_token = recipe.unk_token;
  settings.initial_alphabet = initial_characters(recipe);
  settings.normalizers = blank.normalizers;
  settings.pre_tokenizers = blank.pre_tokenizers;
  settings.decoders = blank.decoders;
  return make_hugging_face_unigram_trainer(settings, resources.threads);
}

SentencePieceNormalizer sentencepiece_normalizer(const TrainingRecipe& recipe) {
  SentencePieceNormalizer normalizer;
  normalizer.name = recipe.normalizer;
  normalizer.charsmap = normalizers::build_charsmap(recipe.normalizer);
  normalizer.add_dummy_prefix = recipe.dummy_prefix;
  normalizer.remove_extra_whitespaces = recipe.squeeze_spaces;
  normalizer.whitespace_as_suffix = recipe.whitespace_suffix;
  return normalizer;
}

Algorithm algorithm_of(ModelKind model) {
  switch (model) {
    case ModelKind::unigram: return Algorithm::unigram;
    case ModelKind::character: return Algorithm::character;
    case ModelKind::word: return Algorithm::word;
    default: return Algorithm::bpe;
  }
}

// As the text will be when pieces are looked for in it.
std::string with_space_marks(std::string_view token) {
  std::string marked;
  for (const char c : token) marked += c == ' ' ? std::string("\u2581") : std::string(1, c);
  return marked;
}

SentencePieceTrainingSettings sentencepiece_settings(const TrainingRecipe& recipe) {
  if (recipe.digits == Digits::triples) {
    throw Error(ErrorCode::usage, "SentencePiece has no rule for numbers of three digits").remedy("use --digits single, or --compat hf or bytes");
  }
  SentencePieceTrainingSettings settings;
  settings.vocab_size = static_cast<std::size_t>(recipe.vocab_size);
  settings.hard_vocab_limit = !recipe.soft_limit;
  if (recipe.max_token_length != 0) settings.rules.max_length = static_cast<std::size_t>(recipe.max_token_length);
  settings.rules.split_by_unicode_script = recipe.split_by_script;
  settings.rules.split_by_number = recipe.split_by_number;
  settings.rules.split_by_whitespace = recipe.split_by_whitespace;
  settings.rules.split_digits = recipe.digits == Digits::single;
  settings.rules.whitespace_as_suffix = recipe.whitespace_suffix;
  settings.normalizer = sentencepiece_normalizer(recipe);
  settings.max_sentence_length = static_cast<std::size_t>(recipe.max_sentence_length);
  settings.character_coverage = static_cast<float>(recipe.coverage);
  for (const char32_t c : initial_characters(recipe)) utf8::append(settings.required_characters, c);
  settings.reserved.control_symbols = recipe.specials;
  for (const std::string& token : recipe.user_tokens) settings.reserved.user_defined_symbols.push_back(with_space_marks(token));
  settings.reserved.byte_fallback = recipe.byte_fallback;
  return settings;
}

}  // namespace

PieceCutter cutter_of(const TrainingRecipe& recipe) {
  if (recipe.rules == Rules::sentencepiece) return PieceCutter({}, {});
  return PieceCutter(normalizers_of(recipe.normalizer), pre_tokenizers_of(recipe));
}

TokenizerDefinition train_with_library(const TrainingRecipe& recipe, int threads, const std::function<bool(std::string&)>& next_text) {
  return train_with_sentencepiece(algorithm_of(recipe.model), sentencepiece_settings(recipe), threads, next_text);
}

std::unique_ptr<Trainer> make_trainer(const TrainingRecipe& recipe, const bpe::LearnResources& resources) {
  if (recipe.rules == Rules::sentencepiece) {
    return make_sentencepiece_trainer(algorithm_of(recipe.model), sentencepiece_settings(recipe), resources.threads, resources.memory);
  }
  return recipe.model == ModelKind::unigram ? make_hugging_face_unigram(recipe, resources) : make_pair_trainer(recipe, resources);
}

}  // namespace quern::cli
