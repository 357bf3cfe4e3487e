// Whole corpora, line by line, against the hashes of what Hugging Face and tiktoken made of them.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "core/text/utf8.h"
#include "core/threads.h"
#include "tests/support/sha256.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/reference_tokenizers.h"

namespace quern {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

std::string_view as_bytes(const std::vector<std::uint32_t>& words) {
  return {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(std::uint32_t)};
}

std::string hash_of(std::string_view bytes) {
  test::Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

struct Digest {
  std::string ids, counts, offsets;
};

Digest digest_lines(const Tokenizer& tokenizer, std::string_view text, bool with_offsets) {
  Encoder encoder(tokenizer, {.specials = EncodeOptions::Specials::by_format});
  std::vector<std::uint32_t> ids, counts, offsets;
  Encoding encoding;
  for (const std::string_view line : reference_data::lines(text)) {
    const std::size_t before = ids.size();
    if (with_offsets) {
      encoding.ids.clear(), encoding.offsets.clear();
      encoder.encode(line, encoding);
      ids.insert(ids.end(), encoding.ids.begin(), encoding.ids.end());
      std::vector<std::uint32_t> characters(line.size() + 1);  // before each byte, continuation bytes aside
      for (std::size_t i = 0; i < line.size(); ++i) {
        characters[i + 1] = characters[i] + ((static_cast<unsigned char>(line[i]) & 0xC0) != 0x80);
      }
      for (const auto& [begin, end] : encoding.offsets)
        offsets.push_back(characters[begin]), offsets.push_back(characters[end]);
    } else {
      encoder.encode(line, ids);
    }
    counts.push_back(static_cast<std::uint32_t>(ids.size() - before));
  }
  return {hash_of(as_bytes(ids)), hash_of(as_bytes(counts)), hash_of(as_bytes(offsets))};
}

// "" when all is as expected, else the first digest that is not.
std::string first_difference(const Tokenizer& tokenizer, const std::string& corpus, const Json& expected) {
  const std::string text = reference_data::corpus(corpus, 8 * kMiB);
  if (hash_of(text) != expected["slice_sha256"]) return "the corpus itself";
  const Digest lines = digest_lines(tokenizer, text, false);
  if (lines.ids != expected["ids_sha256"]) return "ids";
  if (lines.counts != expected["counts_sha256"]) return "counts";
  if (expected.contains("whole")) {
    std::vector<TokenId> ids;
    Encoder(tokenizer).encode(text, ids);
    if (ids.size() != expected["whole"]["ids"]) return "number of ids of the whole";
    if (hash_of(as_bytes(ids)) != expected["whole"]["ids_sha256"]) return "ids of the whole";
  }
  if (!expected.contains("offsets_1MiB")) return "";
  const Json& first = expected["offsets_1MiB"];
  const Digest offsets = digest_lines(tokenizer, reference_data::corpus(corpus, kMiB), true);
  if (offsets.ids != first["ids_sha256"]) return "ids of the first MiB";
  return offsets.offsets == first["offsets_sha256"] ? "" : "offsets of the first MiB";
}

}  // namespace

TEST_CASE("SHA-256 gives the digest of the standard's example") {
  CHECK(hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash_of(std::string(1000, 'a')) == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}

TEST_CASE("8 MiB of six corpora give the reference tokenizers' ids and offsets") {
  if (!reference_data::available()) return;
  const Json digests =
      parse_json(reference_data::read_fixture("tokenizers/corpus_digests.json"), "corpus_digests.json");
  const std::vector<std::string> corpora = {"en", "zh", "ja", "ko", "de", "multi"};
  for (const std::string name :
       {"hf_gpt2", "hf_gpt2_prefix", "hf_roberta", "hf_llama2", "hf_clip", "hf_t5_small", "hf_bert_uncased",
        "hf_bert_cased", "hf_bert_chinese", "hf_bert_chinese_lower", "hf_bert_multi_cased", "spm_llama2", "spm_blingfire_1",
        "spm_blingfire_2", "spm_test_model", "spm_test_ja_model", "spm_xlnet", "tiktoken_gpt2", "tiktoken_r50k", "tiktoken_cl100k"}) {
    const Tokenizer tokenizer = reference_data::load_tokenizer(name);
    std::vector<std::string> differences(corpora.size());
    parallel_for(available_threads(), corpora.size(), [&](std::size_t i) {
      differences[i] = first_difference(tokenizer, corpora[i], digests.at(name).at(corpora[i]));
    });
    for (std::size_t i = 0; i < corpora.size(); ++i) {
      INFO(name << " on " << corpora[i]);
      CHECK(differences[i].empty());
      if (!differences[i].empty()) WARN(differences[i]);
    }
  }
}

}  // namespace quern
