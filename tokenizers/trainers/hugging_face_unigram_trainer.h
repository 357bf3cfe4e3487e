// Trains Unigram models by Hugging Face's rules: from words, as a pipeline cuts them.
//
//   auto trainer = make_hugging_face_unigram_trainer({.vocab_size = 8000, .pre_tokenizers = {MetaspacePreTokenizer{}}}, threads);
//   TokenizerDefinition definition = trainer->learn(words, progress);       // a UnigramModel
//
// The pieces are those of Hugging Face 0.23. Its scores differ a little from run to run, since there the words come in the order of
// a hash table; here they come by count. Candidates are not weighted: a substring counts once for each distinct word and place (unigram_seeds.h).
// All characters are kept, those that were dropped with scores just above the least.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tokenizers/trainers/trainer.h"

namespace quern {

struct HuggingFaceUnigramSettings {
  std::size_t vocab_size = 8000;  // specials included
  std::size_t seed_size = 1'000'000;
  std::size_t max_piece_length = 16;
  double shrinking_factor = 0.75;
  int sub_iterations = 2;
  std::vector<std::string> specials = {};             // first in the vocabulary, with score 0
  std::optional<std::string> unk_token = std::nullopt;  // put before the specials where it is none of them
  std::vector<std::string> user_tokens = {};          // behind the specials: found in the text, decoded like it
  std::u32string initial_alphabet = {};               // characters to have, seen or not
  std::vector<Normalizer> normalizers = {};
  std::vector<PreTokenizer> pre_tokenizers = {};
  std::vector<Decoder> decoders = {};
};

std::unique_ptr<Trainer> make_hugging_face_unigram_trainer(const HuggingFaceUnigramSettings& settings, int threads);

}  // namespace quern
