#include "tokenizers/trainers/piece_cutter.h"

#include <xxhash.h>

#include <algorithm>
#include <variant>

#include "core/error.h"
#include "core/json.h"
#include "tokenizers/formats/tokenizer_json_parts.h"

namespace quern {
namespace {

constexpr std::size_t kLongestDescription = 2000;

bool works_on_bytes(const std::vector<Normalizer>& normalizers, const std::vector<PreTokenizer>& pre_tokenizers) {
  if (!normalizers.empty() || pre_tokenizers.empty()) return false;
  const auto is_split = [](const PreTokenizer& part) { return std::holds_alternative<SplitPreTokenizer>(part); };
  return std::holds_alternative<ByteLevelPreTokenizer>(pre_tokenizers.back()) &&
         std::all_of(pre_tokenizers.begin(), pre_tokenizers.end() - 1, is_split);
}

// Metaspace looks whether a piece begins the original text, which only its spans tell behind a normalizer.
bool looks_at_spans(const std::vector<Normalizer>& normalizers, const std::vector<PreTokenizer>& pre_tokenizers) {
  return !normalizers.empty() && std::any_of(pre_tokenizers.begin(), pre_tokenizers.end(), [](const PreTokenizer& part) {
    const auto* metaspace = std::get_if<MetaspacePreTokenizer>(&part);
    return metaspace != nullptr && metaspace->prepend_scheme == PrependScheme::first;
  });
}

// Without the spaces and line ends between its members.
template <class Part>
std::string compact(const std::vector<Part>& parts, void (*write)(formats::IndentedJson&, const std::vector<Part>&)) {
  formats::IndentedJson json;
  write(json, parts);
  const std::string text = Json::parse(json.take()).dump();
  if (text.size() <= kLongestDescription) return text;
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return "{\"xxh3-128\":[" + std::to_string(hash.high64) + "," + std::to_string(hash.low64) + "]}";
}

// tokenizer.json has no word for it.
std::string describe(const SentencePieceNormalizer& normalizer) {
  const XXH128_hash_t hash = XXH3_128bits(normalizer.charsmap.data(), normalizer.charsmap.size());
  return Json{{"type", "SentencePiece"},
              {"charsmap", {hash.high64, hash.low64}},
              {"add_dummy_prefix", normalizer.add_dummy_prefix},
              {"remove_extra_whitespaces", normalizer.remove_extra_whitespaces},
              {"escape_whitespaces", normalizer.escape_whitespaces},
              {"whitespace_as_suffix", normalizer.whitespace_as_suffix}}
      .dump();
}

std::string describe(const std::vector<Normalizer>& normalizers) {
  const auto* sentencepiece = normalizers.empty() ? nullptr : std::get_if<SentencePieceNormalizer>(&normalizers.front());
  return sentencepiece != nullptr ? describe(*sentencepiece) : compact(normalizers, formats::write_normalizers);
}

}  // namespace

PieceCutter::PieceCutter(const std::vector<Normalizer>& normalizers, const std::vector<PreTokenizer>& pre_tokenizers)
    : normalizers_(normalizers),
      pre_tokenizers_(works_on_bytes(normalizers, pre_tokenizers) ? std::vector<PreTokenizer>() : pre_tokenizers),
      has_no_parts_(normalizers.empty() && pre_tokenizers.empty()),
      needs_spans_(looks_at_spans(normalizers, pre_tokenizers)),
      takes_ill_formed_(!normalizers.empty() && std::holds_alternative<SentencePieceNormalizer>(normalizers.front())),
      description_("{\"normalizer\":" + describe(normalizers) +
                   ",\"pre_tokenizer\":" + compact(pre_tokenizers, formats::write_pre_tokenizers) + "}") {
  if (works_on_bytes(normalizers, pre_tokenizers)) bytes_.emplace(pre_tokenizers);
}

void PieceCutter::cut_normalized(std::string_view text, Scratch& scratch) const {
  scratch.pieces.pieces.clear();
  if (!takes_ill_formed_ && utf8::valid_prefix(text) < text.size()) {
    throw Error(ErrorCode::input, "the text is not valid UTF-8, and this tokenizer works on characters").remedy("use --on-invalid replace");
  }
  if (needs_spans_) {
    normalizers_.normalize(text, scratch.text);
  } else {
    normalizers_.normalize(text, scratch.text.text);
    scratch.text.begins.clear(), scratch.text.ends.clear();
  }
  if (!scratch.text.text.empty()) pre_tokenizers_.cut(scratch.text, true, scratch.pieces);
}

std::vector<PreTokenizer> byte_level_pre_tokenizers(const std::optional<SplitPattern>& pattern, bool add_prefix_space) {
  std::vector<PreTokenizer> parts;
  const bool is_gpt2 = pattern && pattern->kind == SplitPattern::Kind::gpt2;
  if (pattern && !is_gpt2) parts.push_back(SplitPreTokenizer{.pattern = *pattern});
  parts.push_back(ByteLevelPreTokenizer{.add_prefix_space = add_prefix_space, .use_regex = is_gpt2});
  return parts;
}

}  // namespace quern
