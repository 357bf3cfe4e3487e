#include "tokenizers/trainers/sentencepiece_library.h"

#include <fmt/format.h>
#include <sentencepiece_trainer.h>

#include <unordered_map>

#include "core/error.h"
#include "tokenizers/formats/registry.h"

namespace quern {
namespace {

using Algorithm = SentencePieceModel::Algorithm;

class Texts final : public sentencepiece::SentenceIterator {
 public:
  explicit Texts(const std::function<bool(std::string&)>& next) : next_(next) { Next(); }
  bool done() const override { return done_; }
  void Next() override { done_ = !next_(text_); }
  const std::string& value() const override { return text_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::function<bool(std::string&)>& next_;
  std::string text_;
  bool done_ = false;
};

const char* name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::unigram: return "unigram";
    case Algorithm::bpe: return "bpe";
    case Algorithm::word: return "word";
    case Algorithm::character: break;
  }
  return "char";
}

// As a list in the library's own text form, which has no quotes.
std::string list(const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) {
    if (token.find(',') != std::string::npos) {
      throw Error(ErrorCode::unsupported, "a token with a comma cannot be told to the sentencepiece library: \"" + token + "\"").remedy("use --engine quern");
    }
    text += (text.empty() ? "" : ",") + token;
  }
  return text;
}

std::unordered_map<std::string, std::string> arguments(Algorithm algorithm, const SentencePieceTrainingSettings& settings, int threads) {
  const auto flag = [](bool on) { return std::string(on ? "true" : "false"); };
  const auto id = [](std::optional<TokenId> given) { return given ? std::to_string(*given) : "-1"; };
  const SentencePieceNormalizer& normalizer = settings.normalizer;
  const ReservedPieces& reserved = settings.reserved;
  std::unordered_map<std::string, std::string> all = {
      {"model_type", name_of(algorithm)},
      {"vocab_size", std::to_string(settings.vocab_size)},
      {"hard_vocab_limit", flag(settings.hard_vocab_limit)},
      {"use_all_vocab", flag(settings.use_all_vocab)},
      {"max_sentencepiece_length", std::to_string(settings.rules.max_length)},
      {"split_by_unicode_script", flag(settings.rules.split_by_unicode_script)},
      {"split_by_number", flag(settings.rules.split_by_number)},
      {"split_by_whitespace", flag(settings.rules.split_by_whitespace)},
      {"split_digits", flag(settings.rules.split_digits)},
      {"treat_whitespace_as_suffix", flag(normalizer.whitespace_as_suffix)},
      {"normalization_rule_name", normalizer.name},
      {"add_dummy_prefix", flag(normalizer.add_dummy_prefix)},
      {"remove_extra_whitespaces", flag(normalizer.remove_extra_whitespaces)},
      {"max_sentence_length", std::to_string(settings.max_sentence_length)},
      {"character_coverage", fmt::format("{}", settings.character_coverage)},
      {"byte_fallback", flag(reserved.byte_fallback)},
      {"unk_id", id(reserved.unk_id)},
      {"bos_id", id(reserved.bos_id)},
      {"eos_id", id(reserved.eos_id)},
      {"pad_id", id(reserved.pad_id)},
      {"seed_sentencepiece_size", std::to_string(settings.seed_size)},
      {"shrinking_factor", fmt::format("{}", settings.shrinking_factor)},
      {"num_sub_iterations", std::to_string(settings.sub_iterations)},
      {"num_threads", std::to_string(threads)},
      {"train_extremely_large_corpus", "true"},
      {"minloglevel", "3"},
  };
  if (!settings.required_characters.empty()) all["required_chars"] = settings.required_characters;
  if (!reserved.control_symbols.empty()) all["control_symbols"] = list(reserved.control_symbols);
  if (!reserved.user_defined_symbols.empty()) all["user_defined_symbols"] = list(reserved.user_defined_symbols);
  return all;
}

// "file.cc(580) [condition] What is wrong." without where the library noticed.
std::string reason(std::string_view message) {
  const std::size_t condition = message.find("] ");
  if (condition != std::string_view::npos) message.remove_prefix(condition + 2);
  while (message.ends_with('.')) message.remove_suffix(1);
  return std::string(message);
}

}  // namespace

TokenizerDefinition train_with_sentencepiece(Algorithm algorithm, const SentencePieceTrainingSettings& settings, int threads,
                                             const std::function<bool(std::string&)>& next) {
  Texts texts(next);
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments(algorithm, settings, threads), &texts, &model);
  if (!status.ok()) throw Error(ErrorCode::usage, "the sentencepiece library says: " + reason(status.message())).remedy("change the settings, or use --engine quern");
  return formats::read_sentencepiece(model, "the library's model");
}

}  // namespace quern
