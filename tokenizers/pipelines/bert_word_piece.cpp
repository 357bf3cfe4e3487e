// BERT's WordPiece: words between white space, punctuation and ideographs do not see each other, so each is looked up as it
// stands in the raw text, before it is normalized. What of the pipeline is still to be done is done for words not seen yet.
//
// Cutting the raw text is exact because ASCII and ideographs are starters that nothing composes or reorders with: whatever
// the normalizer does with marks and controls, it does within such a word. Characters beyond ASCII that turn out to be
// white space or punctuation are left inside of words, where the pre-tokenizer finds them.
#include <algorithm>
#include <array>
#include <bit>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/bert_characters.h"
#include "tokenizers/normalizers/normalizer_chain.h"
#include "tokenizers/pieces/piece_loop.h"
#include "tokenizers/pipelines/segment_encoder.h"
#include "tokenizers/pre_tokenizers/block_scanners.h"
#include "tokenizers/pre_tokenizers/hugging_face_classes.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer_chain.h"
#include "tokenizers/wordpiece/word_encoder.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace quern {
namespace {

using wordpiece::WordEncoder;

bool is_ascii_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_ascii_word(char c) { return is_ascii_letter(c) || (c >= '0' && c <= '9'); }

// The first byte from p on that is no letter and no digit of ASCII.
const char* skip_ascii_word(const char* p, const char* end) {
#if defined(__SSE2__)
  const auto outside = [](__m128i bytes, char first, char last) {
    return _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(first)), _mm_cmpgt_epi8(bytes, _mm_set1_epi8(last)));
  };
  while (end - p >= 16) {
    // Signed comparison: bytes beyond ASCII are negative and so below all others.
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const int stop = _mm_movemask_epi8(_mm_and_si128(outside(lower, 'a', 'z'), outside(bytes, '0', '9')));
    if (stop != 0) return p + std::countr_zero(static_cast<unsigned>(stop));
    p += 16;
  }
#endif
  while (p < end && is_ascii_word(*p)) ++p;
  return p;
}

class CompiledBert final : public CompiledSegments {
 public:
  CompiledBert(const TokenizerDefinition& definition, const BertNormalizer& options)
      : characters(normalizers::bert_characters(options)),
        normalizers(definition.normalizers),
        pre_tokenizers(definition.pre_tokenizers),
        words(std::get<WordPieceModel>(definition.model)),
        lowercase(options.lowercase) {
    // With clean_text white space becomes a space, which ends words; so it does without.
    for (const char c : {' ', '\t', '\n', '\r'}) kinds[static_cast<unsigned char>(c)] = Kind::space;
    std::vector<ModelToken> tokens;
    for (char c = '!'; c < 0x7F; ++c) {
      if (is_ascii_word(c)) continue;
      kinds[static_cast<unsigned char>(c)] = Kind::punctuation;
      tokens.clear();
      words.encode({&c, 1}, tokens);
      punctuation_ids[static_cast<unsigned char>(c)] = tokens[0].id;
    }
    for (char32_t c = kFirstIdeograph; c <= kLastIdeograph; ++c) {
      std::string text;
      utf8::append(text, c);
      tokens.clear();
      words.encode(text, tokens);
      ideograph_ids[c - kFirstIdeograph] = tokens[0].id;
    }
  }
  std::unique_ptr<SegmentEncoder> start(const EncodeOptions& options) const override;

  // What a byte does to a word. Controls belong to it: the normalizer takes them out, or does not.
  enum class Kind : unsigned char { word, space, punctuation };
  // Unified ideographs that no normalizer changes, the most common ones.
  static constexpr char32_t kFirstIdeograph = 0x4E00, kLastIdeograph = 0x9FFF;
  static bool is_common_ideograph(char32_t c) { return c >= kFirstIdeograph && c <= kLastIdeograph; }

  const normalizers::CharacterMap& characters;
  const NormalizerChain normalizers;
  const PreTokenizerChain pre_tokenizers;
  const WordEncoder words;
  const bool lowercase;
  std::array<Kind, 256> kinds{};
  std::array<TokenId, 128> punctuation_ids{};
  std::array<TokenId, kLastIdeograph - kFirstIdeograph + 1> ideograph_ids{};
};

class Bert final : public SegmentEncoder {
 public:
  Bert(const CompiledBert& compiled, const EncodeOptions& options) : compiled_(compiled), cache_(options.cache_bytes) {}

  void encode(std::string_view segment, bool, std::vector<TokenId>& ids) override {
    encode_pieces(segment.data(), segment.data() + segment.size(), ids, cache_, *this);
  }

  const char* cut(const char* p, const char* end, PieceBatch& batch) const {
    return cut_by_blocks(
        p, end, batch, [&](const char* from, const char* to) { return static_cast<signed char>(*from) >= 0 ? cut_block(from, to, batch) : from; },
        [this](const char* from, const char* to) { return next(from, to); });
  }

  // Words and punctuation of plain ASCII, as many as are known to end in the next 64 bytes.
  static const char* cut_block(const char* p, const char* end, PieceBatch& batch) {
    const AsciiBlock block = AsciiBlock::read(p, static_cast<std::size_t>(end - p));
    const int size = std::countr_zero(block.others | block.controls | block.white);
    const auto words = block_scanners::runs_of(block.letters | block.digits, size);
    const auto punctuation = block.symbols() & block_scanners::below(size);
    return batch.add_apart(p, words.firsts | punctuation, words.lasts | punctuation, punctuation);
  }

  CutPiece next(const char* p, const char* end) const {
    using Kind = CompiledBert::Kind;
    while (p < end && kind(*p) == Kind::space) ++p;
    const char* const begin = p;
    while (p < end) {
      p = skip_ascii_word(p, end);
      if (p == end) break;
      if (static_cast<signed char>(*p) >= 0) {
        if (kind(*p) == Kind::word) {
          ++p;
          continue;
        }
        if (p > begin || kind(*p) == Kind::space) break;
        return {begin, begin + 1, CutPiece::Kind::direct};
      }
      const char* behind = p;
      const char32_t c = utf8::decode(behind);
      const bool is_common = CompiledBert::is_common_ideograph(c);
      if (is_common || compiled_.characters.action(c).has(normalizers::CharacterMap::Action::kPadded)) {
        if (p > begin) break;
        return {begin, behind, is_common ? CutPiece::Kind::direct : CutPiece::Kind::whole};
      }
      p = behind;
    }
    return {begin, p};
  }

  std::size_t direct(const char* p, std::size_t size, TokenId* out) const {
    *out = size == 1 ? compiled_.punctuation_ids[static_cast<unsigned char>(*p)]
                     : compiled_.ideograph_ids[utf8::decode(p) - CompiledBert::kFirstIdeograph];
    return 1;
  }

  bool miss(std::string_view word, bool, IdBuffer& out) {
    if (std::all_of(word.begin(), word.end(), is_ascii_word)) {
      normalized_.text.assign(word);
      if (compiled_.lowercase) {
        for (char& c : normalized_.text) c = static_cast<char>(is_ascii_letter(c) ? c | 0x20 : c);
      }
      encode_word(normalized_.text, out);
      return true;
    }
    compiled_.normalizers.normalize(word, normalized_.text);
    if (normalized_.text.empty()) return true;
    compiled_.pre_tokenizers.cut(normalized_, false, scratch_);
    for (const TextRange& range : scratch_.pieces) {
      encode_word(std::string_view(normalized_.text).substr(range.begin, range.end - range.begin), out);
    }
    return true;
  }

 private:
  CompiledBert::Kind kind(char c) const { return compiled_.kinds[static_cast<unsigned char>(c)]; }

  void encode_word(std::string_view word, IdBuffer& out) {
    tokens_.clear();
    compiled_.words.encode(word, tokens_);
    for (const ModelToken& token : tokens_) out.push_back(token.id);
  }

  const CompiledBert& compiled_;
  PieceCache cache_;
  NormalizedText normalized_;  // without spans
  PreTokenizerChain::Scratch scratch_;
  std::vector<ModelToken> tokens_;
};

std::unique_ptr<SegmentEncoder> CompiledBert::start(const EncodeOptions& options) const {
  return std::make_unique<Bert>(*this, options);
}

}  // namespace

std::unique_ptr<const CompiledSegments> make_bert_word_piece(const TokenizerDefinition& definition) {
  if (!std::holds_alternative<WordPieceModel>(definition.model)) return nullptr;
  if (definition.normalizers.size() != 1 || definition.pre_tokenizers.size() != 1) return nullptr;
  const auto* options = std::get_if<BertNormalizer>(&definition.normalizers[0]);
  if (options == nullptr || !options->handle_chinese_chars) return nullptr;
  if (!std::holds_alternative<BertPreTokenizer>(definition.pre_tokenizers[0])) return nullptr;
  return std::make_unique<CompiledBert>(definition, *options);
}

}  // namespace quern
