// Unigram over words (T5, XLM-R, ALBERT as Hugging Face runs them): words between spaces do not see each other, so each is
// looked up as it stands in the raw text, before it is normalized.
//
// Inside a word there is one more place to cut: at a character that no piece of the vocabulary holds, and most of a text in a
// script that the vocabulary does not know is made of those. Each is unknown whatever stands beside it, so no piece of the
// best path crosses its edges, and a run of them is one unknown token, into which unknown characters beside it go. What
// stands behind such a run and before the next one is a stretch, looked up apart from whole words; one whose ids might
// depend on how sums are rounded, by what stands before it, is found in the ids of the text up to the next space.
#include <algorithm>

#include "core/text/utf8.h"
#include "tokenizers/normalizers/normalizer_chain.h"
#include "tokenizers/normalizers/raw_characters.h"
#include "tokenizers/pieces/piece_loop.h"
#include "tokenizers/pipelines/segment_encoder.h"
#include "tokenizers/pre_tokenizers/block_scanners.h"
#include "tokenizers/pre_tokenizers/hugging_face_classes.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer_chain.h"
#include "tokenizers/unigram/encoder.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace quern {
namespace {

constexpr std::string_view kMark = "\u2581";

bool is_ascii(char c) { return static_cast<signed char>(c) >= 0; }
bool is_printable(char c) { return c > ' ' && c < 0x7F; }

// The first byte from p on that is no printable character of ASCII.
const char* skip_printable(const char* p, const char* end) {
#if defined(__SSE2__)
  while (end - p >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // Signed comparison: bytes beyond ASCII are negative and so below '!'.
    const __m128i others = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8('!')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
    const int stop = _mm_movemask_epi8(others);
    if (stop != 0) return p + __builtin_ctz(static_cast<unsigned>(stop));
    p += 16;
  }
#endif
  while (p < end && is_printable(*p)) ++p;
  return p;
}

class CompiledUnigramWords final : public CompiledSegments {
 public:
  CompiledUnigramWords(const TokenizerDefinition& definition, const UnigramModel& unigram)
      : normalizers(definition.normalizers),
        pre_tokenizers(definition.pre_tokenizers),
        model(unigram),
        characters(definition.normalizers),
        unknown(*unigram.unk_id) {
    std::vector<bool> known(0x110000);
    for (const std::string& token : unigram.vocabulary) {
      for (const char* p = token.data(); p < token.data() + token.size();) known[utf8::decode(p)] = true;
    }
    holes.resize(0x10000);
    for (char32_t c = 0x80; c < holes.size(); ++c) {
      holes[c] = !known[c] && (characters[c] & kAloneAndStays) == kAloneAndStays;
    }
    for (char32_t c = '!'; c < 0x7F; ++c) ascii_is_alone = ascii_is_alone && (characters[c] & RawCharacters::kAlone);
    unigram::Encoder::Scratch scratch(unigram::Encoder::Scratch::kUnlimited, kSmallCache);
    std::vector<TokenId> ids;
    model.encode(kMark, scratch, ids);
    mark = ids[0];
  }
  std::unique_ptr<SegmentEncoder> start(const EncodeOptions& options) const override;

  bool is_hole(char32_t c) const { return c < holes.size() && holes[c]; }

  static constexpr std::uint8_t kAloneAndStays = RawCharacters::kAlone | RawCharacters::kStays;
  static constexpr std::size_t kSmallCache = 1 << 12;  // of the model: words are remembered here
  const NormalizerChain normalizers;
  const PreTokenizerChain pre_tokenizers;
  const unigram::Encoder model;
  const RawCharacters characters;
  const TokenId unknown;
  std::vector<unsigned char> holes;  // by code point: in no piece, and normalized to itself
  TokenId mark = 0;                  // of U+2581
  bool ascii_is_alone = true;        // all that is printable
};

class UnigramWords final : public SegmentEncoder {
 public:
  UnigramWords(const CompiledUnigramWords& compiled, const EncodeOptions& options)
      : compiled_(compiled), model_scratch_(options.scratch_bytes, compiled.kSmallCache), cache_(options.cache_bytes) {}

  void encode(std::string_view segment, bool, std::vector<TokenId>& ids) override {
    begin_ = segment.data(), end_ = begin_ + segment.size();
    word_ = {.begin = begin_, .end = begin_, .seen = begin_, .size = 0, .tokens = {}};
    encode_pieces(begin_, end_, ids, cache_, *this);
  }

  const char* cut(const char* p, const char* end, PieceBatch& batch) const {
    return cut_by_blocks(
        p, end, batch, [&](const char* from, const char* to) { return compiled_.ascii_is_alone && is_ascii(*from) && begins_word(from) ? cut_block(from, to, batch) : from; },
        [this](const char* from, const char* to) { return next(from, to); });
  }

  // Words of plain ASCII, as many as are known to end in the next 64 bytes, with a space that what follows leaves alone.
  static const char* cut_block(const char* p, const char* end, PieceBatch& batch) {
    const AsciiBlock block = AsciiBlock::read(p, static_cast<std::size_t>(end - p));
    const int size = std::countr_zero(block.others | block.controls | block.white);
    const auto words = block_scanners::runs_of(~block.spaces, std::max(size - 1, 0));
    return batch.add_apart(p, words.firsts, words.lasts, 0);
  }

  CutPiece next(const char* p, const char* end) const {
    while (p < end && *p == ' ' && !joins(p + 1, end)) ++p;
    if (p == end) return {p, p};
    const char* const run_end = holes_end(p, end);
    if (run_end > p) return {p, run_end, CutPiece::Kind::direct};
    return {p, stretch_end(p, end), begins_word(p) ? CutPiece::Kind::whole : CutPiece::Kind::part};
  }

  // A run of holes.
  std::size_t direct(const char* p, std::size_t, TokenId* out) const {
    if (begins_word(p)) {
      out[0] = compiled_.mark, out[1] = compiled_.unknown;
      return 2;
    }
    out[0] = compiled_.unknown;
    return out[-1] == compiled_.unknown ? 0 : 1;
  }

  bool miss(std::string_view raw, bool is_part, IdBuffer& out) {
    const bool goes_on = cut(raw, is_part);
    ids_.clear();
    for (std::size_t i = 0; i < scratch_.pieces.size(); ++i) {
      if (i > 0 || !goes_on) {
        compiled_.model.encode(piece(i), model_scratch_, ids_);
      } else if (!compiled_.model.settle(piece(i), ids_)) {
        find_in_word(raw, out);
        return false;
      }
    }
    // What is unknown at the front went into the run of holes before it.
    const bool drops_first = goes_on && !ids_.empty() && ids_.front() == compiled_.unknown;
    for (std::size_t i = drops_first ? 1 : 0; i < ids_.size(); ++i) out.push_back(ids_[i]);
    return true;
  }

 private:
  // --- where the raw text is cut ---

  bool begins_word(const char* p) const { return p == begin_ || p[-1] == ' '; }

  // Whether what stands at p may be normalized together with a space before it.
  bool joins(const char* p, const char* end) const {
    return p < end && !is_ascii(*p) && (compiled_.characters[utf8::decode(p)] & RawCharacters::kJoins) != 0;
  }
  // Whether what stands at p leaves a character before it alone.
  bool is_alone(const char* p, const char* end) const {
    return p == end || *p == ' ' || (compiled_.characters[utf8::decode(p)] & RawCharacters::kAlone) != 0;
  }

  // Behind the holes from p on that nothing joins; p where there is none.
  const char* holes_end(const char* p, const char* end) const {
    const char *last = p, *q = p;
    while (q < end && !is_ascii(*q)) {
      const char* behind = q;
      if (!compiled_.is_hole(utf8::decode(behind))) break;
      last = q;
      q = behind;
    }
    return is_alone(q, end) ? q : last;
  }

  // The first cut behind p: a space, or a hole.
  const char* stretch_end(const char* const begin, const char* end) const {
    std::uint8_t before = 0;  // bits of the last character
    for (const char* p = begin; p < end;) {
      if (compiled_.ascii_is_alone) {
        const char* const behind = skip_printable(p, end);
        if (behind > p) {
          before = RawCharacters::kAlone;
          p = behind;
          continue;
        }
      }
      const char* behind = p;
      const char32_t c = utf8::decode(behind);
      if (p > begin) {
        if (c == ' ' && !(before & RawCharacters::kTakes) && !joins(behind, end)) return p;
        if ((before & RawCharacters::kAlone) && compiled_.is_hole(c) && is_alone(behind, end)) return p;
      }
      before = compiled_.characters[c];
      p = behind;
    }
    return end;
  }

  // --- what becomes of it ---

  // Normalizes and cuts into words. Returns whether the first piece is a part of a word that began before, and has no mark.
  bool cut(std::string_view raw, bool is_part) {
    compiled_.normalizers.normalize(raw, normalized_.text);
    scratch_.pieces.clear();
    if (normalized_.text.empty()) return false;
    const char* p = normalized_.text.data();
    const char32_t first = utf8::decode(p);
    const bool goes_on = is_part && first != U'\u2581' && !(hugging_face::char_class(first) & hugging_face::kSpace);
    compiled_.pre_tokenizers.cut(normalized_, false, scratch_);
    if (goes_on) scratch_.pieces.front().begin += kMark.size();
    return goes_on;
  }
  std::string_view piece(std::size_t i) const {
    const TextRange& range = scratch_.pieces[i];
    return std::string_view(normalized_.text).substr(range.begin, range.end - range.begin);
  }
  // The bytes that a text between cuts becomes.
  std::size_t size_of(const char* from, const char* to) {
    if (from == to) return 0;
    cut({from, static_cast<std::size_t>(to - from)}, from != word_.begin);
    std::size_t size = 0;
    for (std::size_t i = 0; i < scratch_.pieces.size(); ++i) size += piece(i).size();
    return size;
  }

  // The ids of a part of a word, from those of the word.
  void find_in_word(std::string_view raw, IdBuffer& out) {
    while (word_.end <= raw.data()) read_word(word_.end);
    const std::size_t begin = word_.size + size_of(word_.seen, raw.data());
    const std::size_t end = begin + size_of(raw.data(), raw.data() + raw.size());
    const auto begins_before = [](const ModelToken& token, std::size_t at) { return token.begin < at; };
    auto token = std::lower_bound(word_.tokens.begin(), word_.tokens.end(), begin, begins_before);
    for (; token != word_.tokens.end() && token->begin < end; ++token) out.push_back(token->id);
    word_.seen = raw.data() + raw.size(), word_.size = end;
  }

  // The pieces from p up to one that begins a word, taken together.
  void read_word(const char* p) {
    word_.begin = word_.seen = p, word_.size = 0;
    do p = next(p, end_).end;
    while (p < end_ && !begins_word(next(p, end_).begin));
    word_.end = p;
    cut({word_.begin, static_cast<std::size_t>(p - word_.begin)}, false);
    word_.tokens.clear();
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < scratch_.pieces.size(); ++i) {
      const std::size_t first = word_.tokens.size();
      compiled_.model.encode(piece(i), model_scratch_, word_.tokens);
      for (std::size_t t = first; t < word_.tokens.size(); ++t) word_.tokens[t].begin += size;
      size += static_cast<std::uint32_t>(piece(i).size());
    }
  }

  struct Word {
    const char *begin, *end;  // of the raw text
    const char* seen;         // how far it was followed
    std::size_t size;         // … and what it becomes up to there
    std::vector<ModelToken> tokens;  // by where they begin in what it becomes
  };

  const CompiledUnigramWords& compiled_;
  unigram::Encoder::Scratch model_scratch_;
  PieceCache cache_;
  const char *begin_ = nullptr, *end_ = nullptr;  // the segment
  Word word_{};
  NormalizedText normalized_;  // without spans
  PreTokenizerChain::Scratch scratch_;
  std::vector<TokenId> ids_;
};

std::unique_ptr<SegmentEncoder> CompiledUnigramWords::start(const EncodeOptions& options) const {
  return std::make_unique<UnigramWords>(*this, options);
}

// Whether a run of unknown characters is never as good as a token that spells it, wherever the run ends.
bool prefers_tokens(const UnigramModel& model) {
  constexpr double kMost = 5;  // half of what an unknown character costs more than the rarest token
  return std::all_of(model.scores.begin(), model.scores.end(), [](double score) { return score < kMost; });
}

}  // namespace

std::unique_ptr<const CompiledSegments> make_unigram_words(const TokenizerDefinition& definition) {
  const auto* model = std::get_if<UnigramModel>(&definition.model);
  if (model == nullptr || !model->unk_id || model->byte_fallback || !prefers_tokens(*model)) return nullptr;
  const auto& parts = definition.pre_tokenizers;
  if (parts.size() != 2 || !std::holds_alternative<WhitespaceSplitPreTokenizer>(parts[0])) return nullptr;
  if (parts[1] != PreTokenizer(MetaspacePreTokenizer{U'\u2581', PrependScheme::always, true})) return nullptr;
  if (!RawCharacters::knows(definition.normalizers)) return nullptr;
  auto compiled = std::make_unique<CompiledUnigramWords>(definition, *model);
  if (compiled->mark == compiled->unknown) return nullptr;
  return compiled;
}

}  // namespace quern
