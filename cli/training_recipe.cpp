#include "cli/training_recipe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"

namespace quern::cli {
namespace {

const char* const kPieces = "Pieces";
const char* const kVocabulary = "Vocabulary";
const char* const kSentencePiece = "By SentencePiece's rules";

constexpr const char* kCutting[] = {"preset", "model", "compat", "normalizer", "pre-tokenizer", "digits", "add-prefix-space"};
const std::vector<std::string> kBertTokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

// What options leave open: by preset, else by model and rules.
struct Defaults {
  const char* preset;
  ModelKind model;
  Rules rules;
  std::int64_t vocab_size;
  const char* normalizer;
  const char* pre_tokenizer;
  std::vector<std::string> specials = {};
  double coverage = 1;
  std::vector<std::string> limit_alphabet = {};
  Digits digits = Digits::automatic;
  bool byte_fallback = false, keeps_spaces = false;
};

const std::vector<Defaults>& all_defaults() {
  static const std::vector<Defaults> all = {
      {"", ModelKind::bpe, Rules::bytes, 30000, "none", "gpt2"},
      {"", ModelKind::bpe, Rules::hugging_face, 30000, "none", "whitespace"},
      {"", ModelKind::wordpiece, Rules::hugging_face, 30000, "bert", "bert", kBertTokens},
      {"", ModelKind::unigram, Rules::hugging_face, 8000, "nmt,nfkc,squeeze-spaces", "metaspace"},
      {"", ModelKind::bpe, Rules::sentencepiece, 8000, "nmt_nfkc", "", {}, 0.9995},
      {"", ModelKind::unigram, Rules::sentencepiece, 8000, "nmt_nfkc", "", {}, 0.9995},
      {"", ModelKind::character, Rules::sentencepiece, 8000, "nmt_nfkc", "", {}, 0.9995},
      {"", ModelKind::word, Rules::sentencepiece, 8000, "nmt_nfkc", "", {}, 0.9995},
      {"gpt2", ModelKind::bpe, Rules::bytes, 50257, "none", "gpt2", {"<|endoftext|>"}},
      {"gpt4", ModelKind::bpe, Rules::bytes, 100257, "none", "cl100k", {"<|endoftext|>"}},
      {"bert", ModelKind::wordpiece, Rules::hugging_face, 30522, "bert", "bert", kBertTokens, 1, {"1000"}},
      {"bert-cased", ModelKind::wordpiece, Rules::hugging_face, 28996, "bert-cased", "bert", kBertTokens, 1, {"1000"}},
      {"bert-chinese", ModelKind::wordpiece, Rules::hugging_face, 21128, "bert", "bert", kBertTokens, 1, {"12000"}},
      {"sentencepiece-bpe", ModelKind::bpe, Rules::sentencepiece, 8000, "nmt_nfkc", "", {}, 0.9995},
      {"sentencepiece-unigram", ModelKind::unigram, Rules::sentencepiece, 8000, "nmt_nfkc", "", {}, 0.9995},
      {"llama", ModelKind::bpe, Rules::sentencepiece, 32000, "identity", "", {}, 0.99995, {}, Digits::single, true, true},
  };
  return all;
}

const char* text_of(ModelKind model) {
  switch (model) {
    case ModelKind::bpe: return "bpe";
    case ModelKind::wordpiece: return "wordpiece";
    case ModelKind::unigram: return "unigram";
    case ModelKind::character: return "char";
    case ModelKind::word: return "word";
    case ModelKind::automatic: break;
  }
  return "";
}
const char* text_of(Rules rules) { return rules == Rules::hugging_face ? "hf" : rules == Rules::bytes ? "bytes" : "sentencepiece"; }

const Defaults& defaults_of(const TrainingRecipe& recipe) {
  const bool has_preset = recipe.preset != "none";
  const ModelKind model = recipe.model == ModelKind::automatic && !has_preset ? ModelKind::bpe : recipe.model;
  for (const Defaults& row : all_defaults()) {
    if (row.preset != (has_preset ? recipe.preset : std::string())) continue;
    const bool fits = (model == ModelKind::automatic || model == row.model) && (recipe.rules == Rules::automatic || recipe.rules == row.rules);
    // Unigram by SentencePiece's rules comes second in the table, but first to mind.
    const bool is_expected = recipe.rules != Rules::automatic || row.model != ModelKind::unigram || row.rules == Rules::sentencepiece;
    if (fits && is_expected) return row;
    if (has_preset) {
      throw Error(ErrorCode::usage, fmt::format("--preset {} is --model {} by --compat {}", row.preset, text_of(row.model), text_of(row.rules)))
          .remedy("leave --model and --compat out, or the preset");
    }
  }
  throw Error(ErrorCode::usage, fmt::format("no --model {} is trained by --compat {}", text_of(model), text_of(recipe.rules)))
      .remedy("bpe goes by bytes, hf or sentencepiece; unigram by hf or sentencepiece; wordpiece by hf; char and word by sentencepiece");
}

// --- options that mean something only here and there ------------------------------------------------------------------

struct Scope {
  const char* option;
  bool (*applies)(const TrainingRecipe& whole);
  const char* reason;
};

bool is_sentencepiece(const TrainingRecipe& r) { return r.rules == Rules::sentencepiece; }
bool is_hugging_face(const TrainingRecipe& r) { return r.rules != Rules::sentencepiece; }
bool learns_pairs(const TrainingRecipe& r) { return is_hugging_face(r) && r.model != ModelKind::unigram; }
bool cuts_into_pieces(const TrainingRecipe& r) { return is_sentencepiece(r) && (r.model == ModelKind::bpe || r.model == ModelKind::unigram); }

const Scope kScopes[] = {
    {"pre-tokenizer", is_hugging_face, "SentencePiece's rules have their own: they cut at spaces, scripts and digits"},
    {"add-prefix-space", [](const TrainingRecipe& r) { return r.rules == Rules::bytes; }, "it is for --compat bytes"},
    {"min-frequency", learns_pairs, "it is about pairs that are joined by Hugging Face's rules"},
    {"max-token-length", [](const TrainingRecipe& r) { return r.model != ModelKind::character && r.model != ModelKind::word; }, "words and characters are as long as they are"},
    {"unk", [](const TrainingRecipe& r) { return r.rules == Rules::hugging_face; }, "bytes are never unknown, and SentencePiece's is <unk>"},
    {"continuing-prefix", [](const TrainingRecipe& r) { return r.rules == Rules::hugging_face && learns_pairs(r); }, "it is for --model wordpiece and for bpe by --compat hf"},
    {"word-suffix", [](const TrainingRecipe& r) { return r.rules == Rules::hugging_face && r.model == ModelKind::bpe; }, "it is for --model bpe by --compat hf"},
    {"limit-alphabet", [](const TrainingRecipe& r) { return learns_pairs(r) && r.initial_alphabet != "bytes"; }, "all bytes have a token, or the rules are SentencePiece's; it is for BPE and WordPiece by Hugging Face's rules; use --coverage"},
    {"coverage", [](const TrainingRecipe& r) { return is_sentencepiece(r) || (r.model != ModelKind::unigram && r.initial_alphabet != "bytes"); }, "all bytes have a token, and Hugging Face's Unigram keeps all characters; use --compat sentencepiece"},
    {"byte-fallback", [](const TrainingRecipe& r) { return r.rules != Rules::bytes && r.model != ModelKind::wordpiece && !(r.rules == Rules::hugging_face && r.model == ModelKind::unigram); },
     "it is for bpe by --compat hf and for SentencePiece's models"},
    {"digits", [](const TrainingRecipe& r) { return r.model != ModelKind::character && r.model != ModelKind::word; }, "words and characters are learned as they are"},
    {"keep-newlines", [](const TrainingRecipe& r) { return r.engine == Engine::quern; }, "the library takes records as they are"},
    {"score", [](const TrainingRecipe& r) { return r.model == ModelKind::wordpiece; }, "it is for --model wordpiece"},
    {"engine", is_sentencepiece, "it is for --compat sentencepiece"},
    {"max-sentence-length", is_sentencepiece, "it is for --compat sentencepiece"},
    {"soft-limit", [](const TrainingRecipe& r) { return is_sentencepiece(r) && r.model != ModelKind::character; }, "it is for --compat sentencepiece, where char has a soft limit always"},
    {"whitespace-suffix", is_sentencepiece, "it is for --compat sentencepiece"},
    {"split-by-script", cuts_into_pieces, "it is for bpe and unigram by --compat sentencepiece"},
    {"split-by-number", cuts_into_pieces, "it is for bpe and unigram by --compat sentencepiece"},
    {"split-by-whitespace", cuts_into_pieces, "it is for bpe and unigram by --compat sentencepiece"},
    {"dummy-prefix", is_sentencepiece, "it is for --compat sentencepiece"},
    {"squeeze-spaces", is_sentencepiece, "it is for --compat sentencepiece"},
};

void check_scopes(const TrainingRecipe& recipe) {
  const TrainingRecipe whole = complete(recipe);
  for (const Scope& scope : kScopes) {
    if (!recipe.given.contains(scope.option) || scope.applies(whole)) continue;
    throw Error(ErrorCode::usage, fmt::format("--{} means nothing for --model {} --compat {}", scope.option, text_of(whole.model), text_of(whole.rules)))
        .remedy(scope.reason);
  }
}

// A file may list defaults (--dump-config does); to say one there is not to ask for it.
void note_given(const Options& options, TrainingRecipe& recipe) {
  Options defaults;
  TrainingRecipe untouched;
  declare_cutting(defaults, untouched);
  declare_learning(defaults, untouched);
  for (const auto& spec : options.specs()) {
    const OptionSpec* const standard = defaults.find(spec->name);
    if (standard == nullptr || !options.was_set(spec->name)) continue;
    if (spec->origin == Origin::file && spec->current_text() == standard->current_text()) continue;
    recipe.given.insert(spec->name);
  }
}

// What a preset or model has, and what was asked for beside it.
std::vector<std::string> joined(std::vector<std::string> tokens, const std::vector<std::string>& more) {
  for (const std::string& token : more) {
    if (std::find(tokens.begin(), tokens.end(), token) == tokens.end()) tokens.push_back(token);
  }
  return tokens;
}

void check_tokens(const TrainingRecipe& whole) {
  std::vector<std::string> all;
  for (const auto* list : {&whole.specials, &whole.user_tokens}) {
    for (const std::string& token : *list) {
      const char* const option = list == &whole.specials ? "--special" : "--user-token";
      if (token.empty()) throw Error(ErrorCode::usage, std::string(option) + " is empty").remedy("a token needs a text");
      if (std::find(all.begin(), all.end(), token) != all.end()) {
        throw Error(ErrorCode::usage, fmt::format("{} \"{}\" is given twice", option, token)).remedy("name each token once");
      }
      all.push_back(token);
    }
  }
}

void declare_sizes(Options& options, TrainingRecipe& recipe) {
  options.value("vocab-size", recipe.vocab_size, "N")
      .group(kVocabulary)
      .between(1, 100'000'000)
      .default_text("30000, or the preset's")
      .help("size of the vocabulary, all included")
      .details("Special tokens and the alphabet count. Without a preset, Unigram and SentencePiece's models have 8000.");
  options.value("min-frequency", recipe.min_frequency, "N").group(kVocabulary).at_least(0).help("join no pair seen less often");
  options.value("max-token-length", recipe.max_token_length, "N")
      .group(kVocabulary)
      .at_least(0)
      .help("longest token; 0 = the rules' own limit")
      .details("bpe and wordpiece by Hugging Face's rules join to less than N characters (bytes, where it learns from bytes), but two may always be "
               "joined; without it there is no limit. Unigram and SentencePiece's models have at most N characters, 16 without it.");
  options.choice("score", recipe.score, {{"frequency", Score::frequency}, {"likelihood", Score::likelihood}})
      .group(kVocabulary)
      .help("which pair wordpiece joins next")
      .details("frequency: the most frequent, as Hugging Face. likelihood: the one whose parts are together most often for how often they "
               "are there: count(ab) / (count(a) count(b)), as Schuster and Nakajima describe it. Give it a --min-frequency.");
}

void declare_tokens(Options& options, TrainingRecipe& recipe) {
  options.value("special", recipe.specials, "TOKEN")
      .group(kVocabulary)
      .help("special token; repeat it for more")
      .details("Special tokens get the first ids: those of the preset (for wordpiece BERT's five), then these, in the order given. By SentencePiece's rules they are control symbols, "
               "after <unk>, <s> and </s>.");
  options.value("user-token", recipe.user_tokens, "TOKEN")
      .group(kVocabulary)
      .help("token that is never cut; repeat it for more")
      .details("It is found in text like any word, and decoded like one.");
  options.value("unk", recipe.unk_token, "TOKEN")
      .group(kVocabulary)
      .default_text("the model's")
      .help("stands for what is unknown")
      .details("[UNK] for wordpiece, else <unk>. Unless it is a --special, it gets the first id.");
  options.value("continuing-prefix", recipe.continuing_prefix, "TEXT").group(kVocabulary).default_text("the model's").help("marks what goes on within a word").details("## for wordpiece, else none.");
  options.value("word-suffix", recipe.word_suffix, "TEXT").group(kVocabulary).default_text("").help("marks the end of a word, as </w>");
}

void declare_alphabet(Options& options, TrainingRecipe& recipe) {
  options.value("initial-alphabet", recipe.initial_alphabet, "WHAT")
      .group(kVocabulary)
      .default_text("the rules'")
      .suggest({"bytes", "observed", "chars:"})
      .help("characters to have, seen or not")
      .details("bytes: all 256, the default of --compat bytes. observed: those in the text, the default elsewhere; where it is given with --compat bytes, text with other bytes "
               "cannot be encoded: they are dropped without a word. chars:TEXT: those in the text, and those of TEXT.");
  options.value("limit-alphabet", recipe.limit_alphabet, "N|SCRIPT=N")
      .group(kVocabulary)
      .help("most characters, in all or of one script")
      .details("The rarest are left out: they become unknown. Repeat it for more scripts: --limit-alphabet Han=8000 --limit-alphabet Latin=200.");
  options.value("coverage", recipe.coverage, "SHARE")
      .group(kVocabulary)
      .between(0, 1)
      .default_text("1, or the preset's")
      .help("share of the text that characters must cover")
      .details("The rarest beyond it are left out. By SentencePiece's rules 0.9995 without it.");
  options.flag("byte-fallback", recipe.byte_fallback).group(kVocabulary).help("spell unknown characters in bytes").details("256 tokens <0x00> … <0xFF> are added.");
}

void declare_sentencepiece_rules(Options& options, TrainingRecipe& recipe) {
  options.choice("engine", recipe.engine, {{"quern", Engine::quern}, {"sentencepiece", Engine::sentencepiece}})
      .group(kSentencePiece)
      .help("who trains")
      .details("sentencepiece: the library of that name as it is installed. It keeps all text in memory whatever --memory says, learns what its version learns, "
               "and knows neither counts nor --resume.");
  options.value("max-sentence-length", recipe.max_sentence_length, "BYTES").group(kSentencePiece).at_least(1).help("leave longer records out");
  options.flag("soft-limit", recipe.soft_limit).group(kSentencePiece).help("fewer tokens than asked for will do");
  options.flag("whitespace-suffix", recipe.whitespace_suffix).group(kSentencePiece).help("a space belongs to the word before it");
  options.flag("split-by-script", recipe.split_by_script).group(kSentencePiece).help("no piece with two scripts");
  options.flag("split-by-number", recipe.split_by_number).group(kSentencePiece).help("no piece with digits and letters");
  options.flag("split-by-whitespace", recipe.split_by_whitespace).group(kSentencePiece).help("no piece of two words");
  options.flag("dummy-prefix", recipe.dummy_prefix).group(kSentencePiece).help("a record begins as if after a space");
  options.flag("squeeze-spaces", recipe.squeeze_spaces).group(kSentencePiece).help("several spaces are one, none at the ends");
}

}  // namespace

void declare_cutting(Options& options, TrainingRecipe& recipe) {
  options.value("preset", recipe.preset, "NAME")
      .group(kPieces)
      .suggest({"none", "gpt2", "gpt4", "bert", "bert-cased", "bert-chinese", "sentencepiece-bpe", "sentencepiece-unigram", "llama"})
      .help("settings of a known tokenizer")
      .details("gpt2, gpt4, bert, bert-cased, bert-chinese, sentencepiece-bpe, sentencepiece-unigram or llama (its second version, without pieces of several spaces). Options given beside it win, but for --model and --compat; --special adds to its tokens.");
  options.choice("model", recipe.model, {{"auto", ModelKind::automatic}, {"bpe", ModelKind::bpe}, {"wordpiece", ModelKind::wordpiece},
                                         {"unigram", ModelKind::unigram}, {"char", ModelKind::character}, {"word", ModelKind::word}})
      .group(kPieces)
      .help("kind of tokenizer")
      .details("auto is the preset's, else bpe.");
  options.choice("compat", recipe.rules, {{"auto", Rules::automatic}, {"hf", Rules::hugging_face}, {"bytes", Rules::bytes}, {"sentencepiece", Rules::sentencepiece}})
      .group(kPieces)
      .help("whose rules")
      .details("hf: those of Hugging Face tokenizers, on characters. bytes: the same on bytes, as GPT's. sentencepiece: those of sentencepiece 0.2.3, "
               "which learn from whole records. auto is bytes for bpe, hf for wordpiece, sentencepiece for the others.");
  options.value("normalizer", recipe.normalizer, "NAMES")
      .group(kPieces)
      .default_text("the model's")
      .help("what is done to text first")
      .details("Several are applied in order, with commas between: none, nfc, nfd, nfkc, nfkd, lowercase, strip, strip-accents, nmt, squeeze-spaces (several become one), bert "
               "(lowercase, without accents), bert-cased. By SentencePiece's rules one of nmt_nfkc, nmt_nfkc_cf, nfkc, nfkc_cf and identity; _cf folds case.");
  options.value("pre-tokenizer", recipe.pre_tokenizer, "NAME")
      .group(kPieces)
      .default_text("the model's")
      .help("where text is cut before joining")
      .details("gpt2, cl100k, cl100k-hf and o200k are published patterns; whitespace (words and stretches of punctuation), whitespace-split, bert, metaspace and punctuation are "
               "Hugging Face's; with none, a record is one piece; regex:PATTERN cuts at the matches of a regular expression (RE2 or ICU syntax), which are pieces of their own.");
  options.choice("digits", recipe.digits, {{"auto", Digits::automatic}, {"keep", Digits::keep}, {"single", Digits::single}, {"triples", Digits::triples}})
      .group(kPieces)
      .help("cut numbers")
      .details("single: every digit is a piece. triples: three at a time, from the left. keep: only as the pre-tokenizer does. auto is the preset's, else keep.");
  options.flag("add-prefix-space", recipe.add_prefix_space).group(kPieces).help("a record begins as if after a space");
  options.flag("keep-newlines", recipe.keep_newlines)
      .group(kPieces)
      .help("a line's LF belongs to it")
      .details("As when Hugging Face trains from files; without it, as when it trains from an iterator.");
  options.check([&options, &recipe] {
    note_given(options, recipe);
    check_scopes(recipe);
  });
}

void declare_learning(Options& options, TrainingRecipe& recipe) {
  declare_sizes(options, recipe);
  declare_tokens(options, recipe);
  declare_alphabet(options, recipe);
  declare_sentencepiece_rules(options, recipe);
}

bool says_how_to_cut(const TrainingRecipe& recipe) {
  const auto is_given = [&](const char* option) { return recipe.given.contains(option); };
  return std::any_of(std::begin(kCutting), std::end(kCutting), is_given);
}

TrainingRecipe complete(const TrainingRecipe& recipe) {
  if (const auto& all = all_defaults(); recipe.preset != "none" && std::none_of(all.begin(), all.end(), [&](const Defaults& row) { return recipe.preset == row.preset; })) {
    std::vector<std::string> names;
    for (const Defaults& row : all) {
      if (*row.preset != '\0') names.push_back(row.preset);
    }
    throw Error(ErrorCode::usage, "--preset is \"" + recipe.preset + "\"").remedy(fmt::format("use {}", fmt::join(names, ", ")));
  }
  const Defaults& defaults = defaults_of(recipe);
  TrainingRecipe whole = recipe;
  whole.model = defaults.model;
  whole.rules = defaults.rules;
  const auto fill = [&](const char* option, auto& value, const auto& otherwise) {
    if (!recipe.given.contains(option)) value = otherwise;
  };
  const bool is_word_piece = whole.model == ModelKind::wordpiece;
  fill("vocab-size", whole.vocab_size, defaults.vocab_size);
  fill("normalizer", whole.normalizer, defaults.normalizer);
  fill("pre-tokenizer", whole.pre_tokenizer, defaults.pre_tokenizer);
  check_tokens(whole);
  whole.specials = joined(defaults.specials, recipe.specials);
  check_tokens(whole);
  fill("coverage", whole.coverage, defaults.coverage);
  fill("limit-alphabet", whole.limit_alphabet, defaults.limit_alphabet);
  fill("digits", whole.digits, defaults.digits);
  fill("byte-fallback", whole.byte_fallback, defaults.byte_fallback);
  fill("squeeze-spaces", whole.squeeze_spaces, !defaults.keeps_spaces);
  fill("unk", whole.unk_token, is_word_piece ? "[UNK]" : "<unk>");
  fill("continuing-prefix", whole.continuing_prefix, is_word_piece ? "##" : "");
  fill("initial-alphabet", whole.initial_alphabet, whole.rules == Rules::bytes ? "bytes" : "observed");
  if (whole.unk_token.empty()) throw Error(ErrorCode::usage, "--unk is empty").remedy("a token needs a text");
  return whole;
}

}  // namespace quern::cli
