#include "tests/tokenizers/reference_tokenizers.h"

#include <algorithm>

#include "core/io/input.h"
#include "core/json.h"
#include "tests/support/reference_data.h"
#include "tokenizers/formats/registry.h"

namespace quern::reference_data {
namespace {

// The Llama-2 file has a plain space where U+00A0 belongs (four tokens, three merges), which a merge of the old form, "a b",
// cannot hold. Where there is more than one place to cut a merge, the right one makes three tokens.
Tokenizer repaired_llama2() {
  const std::string path = data_path("tokref/ort_extensions/llama2/tokenizer.json");
  Json file = parse_json(read_file(path), path);
  const Json old_vocabulary = file["model"]["vocab"];
  const auto repaired = [](std::string text) {
    for (std::size_t at; (at = text.find(' ')) != std::string::npos;) text.replace(at, 1, "\u00a0");
    return text;
  };
  Json vocabulary = Json::object(), merges = Json::array();
  for (const auto& [token, id] : old_vocabulary.items()) vocabulary[repaired(token)] = id;
  for (const auto& merge : file["model"]["merges"]) {
    const auto text = merge.get<std::string>();
    const auto spaces = std::count(text.begin(), text.end(), ' ');
    for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1)) {
      const std::string left = text.substr(0, at), right = text.substr(at + 1);
      const auto is_token = [&](const std::string& t) { return old_vocabulary.contains(t); };
      if (spaces > 1 && !(is_token(left) && is_token(right) && is_token(left + right))) continue;
      merges.push_back({repaired(left), repaired(right)});
      break;
    }
  }
  file["model"]["vocab"] = vocabulary;
  file["model"]["merges"] = merges;
  return Tokenizer(formats::read_tokenizer_json(file.dump(), path));
}

// The one whose path and letter case an entry of the table names.
struct Entry {
  const char *name, *path;
  LoadOptions::LetterCase letter_case = LoadOptions::LetterCase::by_file;
};
constexpr auto kLower = LoadOptions::LetterCase::lower, kCased = LoadOptions::LetterCase::cased;
constexpr Entry kEntries[] = {
    {"hf_clip", "ort_extensions/tokenizer/clip/tokenizer.json"},
    {"hf_t5_small", "ort_extensions/tokenizer/t5-small/tokenizer.json"},
    {"hf_bert_uncased", "bert_nvidia/bert-base-uncased-vocab.txt", kLower},
    {"hf_bert_cased", "bert_nvidia/bert-base-cased-vocab.txt", kCased},
    {"hf_bert_chinese", "bert_chinese_clue/vocab.txt", kCased},
    {"hf_bert_chinese_lower", "bert_chinese_clue/vocab.txt", kLower},
    {"hf_bert_multi_cased", "blingfire/bert_multi_cased/vocab.txt", kCased},
    {"spm_llama2", "llama2/tokenizer.model"},
    {"spm_blingfire_1", "blingfire/bpe_example/m.model"},
    {"spm_blingfire_2", "blingfire/bpe_example2/m.model"},
    {"spm_test_model", "sentencepiece/python/test/test_model.model"},
    {"spm_test_ja_model", "sentencepiece/python/test/test_ja_model.model"},
    {"spm_xlnet", "blingfire/xlnet/spiece.model"},
};

}  // namespace

Tokenizer load_tokenizer(const std::string& name) {
  for (const Entry& entry : kEntries) {
    if (name == entry.name) return Tokenizer::load(data_path(std::string("tokref/") + entry.path), {.pattern = "", .letter_case = entry.letter_case});
  }
  if (name == "hf_llama2") return repaired_llama2();
  if (name == "hf_gpt2")
    return Tokenizer::load(data_path("tokref/gigatoken_fixtures/tests/fixtures/gpt2_tokenizer.json"));
  if (name == "hf_gpt2_prefix") {
    TokenizerDefinition definition = load_tokenizer("hf_gpt2").definition();
    std::get<ByteLevelPreTokenizer>(definition.pre_tokenizers.at(0)).add_prefix_space = true;
    return Tokenizer(std::move(definition));
  }
  if (name == "hf_roberta")
    return Tokenizer::load(data_path("tokref/ort_extensions/tokenizer/roberta-base/tokenizer.json"));
  if (name == "tiktoken_gpt2") return Tokenizer::load(data_path("tokref/gpt2"));
  if (name == "tiktoken_r50k") return Tokenizer::load(data_path("tokref/openai_tiktoken/data/r50k_base.tiktoken"));
  return Tokenizer::load(data_path("tokref/openai_tiktoken/data/cl100k_base.tiktoken"));
}

}  // namespace quern::reference_data
