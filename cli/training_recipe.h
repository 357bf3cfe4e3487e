// What `tokenizer train` is to make, and what `corpus count` cuts for it: options, presets, and the parts they stand for.
//
//   declare_cutting(options, recipe);                    // how text is cut: all that a count depends on
//   declare_learning(options, recipe);                   // what is learned from the counts
//   …
//   const TrainingRecipe whole = complete(recipe);       // presets and defaults filled in; contradictions are Error{usage}
//   const PieceCutter cutter = cutter_of(whole);
//   const auto trainer = make_trainer(whole, {.threads = threads, .memory = memory, .tmpdir = tmpdir});
//
// An option that means nothing for the kind of tokenizer asked for is an error, not ignored.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/options.h"
#include "tokenizers/bpe/merge_rounds.h"
#include "tokenizers/trainers/trainer.h"

namespace quern::cli {

enum class ModelKind { automatic, bpe, wordpiece, unigram, character, word };
// Whose: of Hugging Face on characters, of Hugging Face on bytes, of SentencePiece.
enum class Rules { automatic, hugging_face, bytes, sentencepiece };
enum class Digits { automatic, keep, single, triples };
enum class Score { frequency, likelihood };
enum class Engine { quern, sentencepiece };

// As the options say it; what is not given is for presets and defaults to fill in.
struct TrainingRecipe {
  std::set<std::string> given;  // names of options that were used
  std::string preset = "none";
  ModelKind model = ModelKind::automatic;
  Rules rules = Rules::automatic;
  std::string normalizer, pre_tokenizer;
  Digits digits = Digits::automatic;
  bool add_prefix_space = false;
  bool keep_newlines = false;

  std::int64_t vocab_size = 0;
  std::int64_t min_frequency = 2;
  std::int64_t max_token_length = 0;
  std::vector<std::string> specials, user_tokens;
  std::string unk_token, continuing_prefix, word_suffix;
  std::string initial_alphabet;
  std::vector<std::string> limit_alphabet;
  double coverage = 0;
  bool byte_fallback = false;
  Score score = Score::frequency;
  Engine engine = Engine::quern;

  // By SentencePiece's rules alone.
  std::int64_t max_sentence_length = 4192;
  bool soft_limit = false, whitespace_suffix = false;
  bool split_by_script = true, split_by_number = true, split_by_whitespace = true;
  bool dummy_prefix = true, squeeze_spaces = true;
};

void declare_cutting(Options& options, TrainingRecipe& recipe);
void declare_learning(Options& options, TrainingRecipe& recipe);

// Whether any option of declare_cutting was used, but for keep_newlines.
bool says_how_to_cut(const TrainingRecipe& recipe);
TrainingRecipe complete(const TrainingRecipe& recipe);
PieceCutter cutter_of(const TrainingRecipe& whole);
// By Engine::sentencepiece: from all texts (sentencepiece_library.h).
TokenizerDefinition train_with_library(const TrainingRecipe& whole, int threads, const std::function<bool(std::string&)>& next_text);
std::unique_ptr<Trainer> make_trainer(const TrainingRecipe& whole, const bpe::LearnResources& resources);

}  // namespace quern::cli
