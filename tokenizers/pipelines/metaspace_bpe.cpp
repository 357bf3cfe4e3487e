// BPE of characters with "▁" for the space (Llama 2, Mistral, Gemma; SentencePiece models without rules): nothing but the
// vocabulary tells where such a text may be cut. Vocabularies that were trained within words have no token with a "▁" behind
// another character, so every word is a piece, and most ideographs are pieces of their own (bpe/seams.h).
#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <optional>

#include "core/text/utf8.h"
#include "tokenizers/bpe/character_encoder.h"
#include "tokenizers/bpe/seams.h"
#include "tokenizers/bpe/sentencepiece_encoder.h"
#include "tokenizers/pieces/piece_loop.h"
#include "tokenizers/pipelines/segment_encoder.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace quern {
namespace {

constexpr std::string_view kMark = "\u2581";
constexpr std::uint32_t kSpelledMark = 0x8196E2;  // as Seams::character_at

// How the space before a text is made up.
struct Spacing {
  enum class Dummy { none, always, unless_there } dummy = Dummy::none;  // unless_there: no space or mark begins the text
  bool first_only = false;                                              // only where the document begins
  bool cuts_at_marks = false;                                           // Metaspace's split: a piece before every mark
};

std::optional<Spacing> spacing_of(const TokenizerDefinition& definition) {
  const auto& normalizers = definition.normalizers;
  const auto& pre_tokenizers = definition.pre_tokenizers;
  if (std::holds_alternative<SentencePieceModel>(definition.model)) {
    if (normalizers.size() != 1 || !pre_tokenizers.empty()) return std::nullopt;
    const auto* rules = std::get_if<SentencePieceNormalizer>(&normalizers[0]);
    if (rules == nullptr || !rules->charsmap.empty() || rules->remove_extra_whitespaces || !rules->escape_whitespaces ||
        rules->whitespace_as_suffix) {
      return std::nullopt;
    }
    return Spacing{rules->add_dummy_prefix ? Spacing::Dummy::always : Spacing::Dummy::none};
  }
  if (normalizers.empty() && pre_tokenizers.size() == 1) {
    const auto* metaspace = std::get_if<MetaspacePreTokenizer>(&pre_tokenizers[0]);
    if (metaspace == nullptr || metaspace->replacement != U'\u2581') return std::nullopt;
    return Spacing{metaspace->prepend_scheme == PrependScheme::never ? Spacing::Dummy::none : Spacing::Dummy::unless_there,
                   metaspace->prepend_scheme == PrependScheme::first, metaspace->split};
  }
  if (!pre_tokenizers.empty() || normalizers.empty() || normalizers.size() > 2) return std::nullopt;
  const ReplaceNormalizer to_marks{SplitPattern::from_literal(" "), std::string(kMark)};
  if (normalizers.back() != Normalizer(to_marks)) return std::nullopt;
  if (normalizers.size() == 1) return Spacing{};
  if (normalizers.front() != Normalizer(PrependNormalizer{std::string(kMark)})) return std::nullopt;
  return Spacing{Spacing::Dummy::always};
}

bool is_ascii_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// The first byte from p on that is no letter of ASCII.
const char* skip_ascii_letters(const char* p, const char* end) {
#if defined(__SSE2__)
  while (end - p >= 16) {
    const __m128i bytes = _mm_or_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)), _mm_set1_epi8(0x20));
    // Signed comparison: bytes beyond ASCII are negative and so below 'a'.
    const __m128i others = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8('a')), _mm_cmpgt_epi8(bytes, _mm_set1_epi8('z')));
    const int stop = _mm_movemask_epi8(others);
    if (stop != 0) return p + std::countr_zero(static_cast<unsigned>(stop));
    p += 16;
  }
#endif
  while (p < end && is_ascii_letter(*p)) ++p;
  return p;
}

template <class Bpe>
class CompiledMetaspace final : public CompiledSegments {
 public:
  template <class Definition>
  CompiledMetaspace(const Definition& model, const Spacing& spacing_in)
      : bpe(model), seams(bpe.tokens()), spacing(spacing_in) {
    if (!bpe.falls_apart()) return;
    const auto spelled = [](std::size_t byte) { return byte == ' ' ? kSpelledMark : static_cast<std::uint32_t>(byte); };
    for (std::size_t before = 0; before < kAscii; ++before) {
      for (std::size_t behind = 0; behind < kAscii; ++behind) {
        const bool cut = behind == ' ' && spacing.cuts_at_marks;
        joins[before * kAscii + behind] = !cut && seams.may_join(spelled(before), spelled(behind));
      }
    }
    // There is no gain where a word is joined to the next one.
    for (std::size_t letter = 'a'; letter <= 'z'; ++letter) cuts = cuts || !joins[letter * kAscii + ' '];
    fill_direct();
  }
  std::unique_ptr<SegmentEncoder> start(const EncodeOptions& options) const override;

  const Bpe bpe;
  const bpe::Seams seams;
  const Spacing spacing;
  static constexpr std::size_t kAscii = 128;
  std::bitset<kAscii * kAscii> joins;  // by two neighbours in ASCII, a space being the mark
  bool cuts = false;                   // whether all this pays
  // By code point below U+10000 that is alone: an id, or where in several its ids begin, behind their number.
  static constexpr std::uint32_t kSeveral = 0x80000000;
  std::vector<std::uint32_t> direct;
  std::vector<TokenId> several;

 private:
  void fill_direct() {
    direct.resize(0x10000);
    std::array<TokenId, Bpe::kSymbolIds> ids{};
    for (char32_t c = 0x80; c < 0x10000; ++c) {
      const std::size_t count = bpe.symbol_ids(c, ids.data());
      direct[c] = ids[0];
      if (count == 1) continue;
      direct[c] = kSeveral | static_cast<std::uint32_t>(several.size());
      several.push_back(static_cast<TokenId>(count));
      several.insert(several.end(), ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
    }
  }
};

template <class Bpe>
class Metaspace final : public SegmentEncoder {
 public:
  Metaspace(const CompiledMetaspace<Bpe>& compiled, const EncodeOptions& options)
      : compiled_(compiled), scratch_(options.scratch_bytes), cache_(options.cache_bytes) {}

  void encode(std::string_view segment, bool begins_document, std::vector<TokenId>& ids) override {
    if (adds_dummy(segment, begins_document)) {
      // The space that is not there goes before the first piece, which is not cut for it.
      const char* const end = segment.data() + segment.size();
      const auto first = static_cast<std::size_t>(piece_end(segment.data(), end).end - segment.data());
      first_.assign(1, ' ').append(segment, 0, first);
      encode_pieces(first_.data(), first_.data() + first_.size(), ids, cache_, *this);
      segment.remove_prefix(first);
    }
    encode_pieces(segment.data(), segment.data() + segment.size(), ids, cache_, *this);
  }

  const char* cut(const char* p, const char* end, PieceBatch& batch) const {
    return cut_one_by_one(p, end, batch, [this](const char* from, const char* to) { return piece_end(from, to); });
  }

  std::size_t direct(const char* p, std::size_t, TokenId* out) {
    const std::uint32_t entry = compiled_.direct[utf8::decode(p)];
    if (!(entry & compiled_.kSeveral)) [[likely]] return *out = entry, 1;
    const TokenId* const list = &compiled_.several[entry & ~compiled_.kSeveral];
    std::copy_n(list + 1, list[0], out);
    return list[0];
  }

  bool miss(std::string_view piece, bool, IdBuffer& out) {
    marked_.clear();
    for (std::size_t at = 0; at < piece.size();) {
      const std::size_t space = std::min(piece.find(' ', at), piece.size());
      marked_.append(piece, at, space - at);
      if (space < piece.size()) marked_ += kMark;
      at = space + 1;
    }
    out.advance(compiled_.bpe.encode(marked_, scratch_, out.reserve(marked_.size())));
    return true;
  }

 private:
  bool adds_dummy(std::string_view segment, bool begins_document) const {
    const Spacing& spacing = compiled_.spacing;
    if (spacing.dummy == Spacing::Dummy::none || (spacing.first_only && !begins_document)) return false;
    return spacing.dummy == Spacing::Dummy::always || !(segment.starts_with(' ') || segment.starts_with(kMark));
  }

  static bool is_ascii(char c) { return static_cast<signed char>(c) >= 0; }
  static bpe::Seams::Character character_at(const char* p) {
    return *p == ' ' ? bpe::Seams::Character{kSpelledMark, 1} : bpe::Seams::character_at(p);
  }

  // Whether no token joins the character `before` and the one at p; spaces are marks.
  bool is_seam(bpe::Seams::Character before, const char* p) const {
    if (before.size == 1 && is_ascii(*p)) {
      return !compiled_.joins[static_cast<std::size_t>(p[-1]) * compiled_.kAscii + static_cast<std::size_t>(*p)];
    }
    const bpe::Seams::Character here = character_at(p);
    if (here.spelled == kSpelledMark && compiled_.spacing.cuts_at_marks) return true;
    return !compiled_.seams.may_join(before.spelled, here.spelled);
  }

  // Between letters of ASCII no seam is looked for: words are found again as they are.
  CutPiece piece_end(const char* const begin, const char* const end) const {
    const char* p = begin;
    for (;;) {
      const bpe::Seams::Character here = character_at(p);
      p += here.size;
      if (is_ascii_letter(p[-1])) p = skip_ascii_letters(p, end);
      if (p == end || is_seam(here.size == 1 ? character_at(p - 1) : here, p)) {
        const bool is_direct = here.size > 1 && here.size < 4 && p - begin == here.size;
        return {begin, p, is_direct ? CutPiece::Kind::direct : CutPiece::Kind::whole};
      }
    }
  }

  const CompiledMetaspace<Bpe>& compiled_;
  typename Bpe::Scratch scratch_;
  PieceCache cache_;
  std::string first_, marked_;
};

template <class Bpe>
std::unique_ptr<SegmentEncoder> CompiledMetaspace<Bpe>::start(const EncodeOptions& options) const {
  return std::make_unique<Metaspace<Bpe>>(*this, options);
}

template <class Bpe, class Definition>
std::unique_ptr<const CompiledSegments> make(const Definition& model, const Spacing& spacing) {
  auto compiled = std::make_unique<CompiledMetaspace<Bpe>>(model, spacing);
  if (!compiled->cuts) return nullptr;
  return compiled;
}

}  // namespace

std::unique_ptr<const CompiledSegments> make_metaspace_bpe(const TokenizerDefinition& definition) {
  const auto spacing = spacing_of(definition);
  if (!spacing) return nullptr;
  if (const auto* model = std::get_if<BpeModel>(&definition.model)) {
    const bool plain = model->order == BpeOrder::merges && model->continuing_subword_prefix.empty() &&
                       model->end_of_word_suffix.empty() &&
                       !model->ignore_merges;  // which asks for the text as a whole
    return plain ? make<bpe::CharacterEncoder>(*model, *spacing) : nullptr;
  }
  const auto* model = std::get_if<SentencePieceModel>(&definition.model);
  const bool is_bpe = model != nullptr && model->algorithm == SentencePieceModel::Algorithm::bpe;
  return is_bpe ? make<bpe::SentencePieceEncoder>(*model, *spacing) : nullptr;
}

}  // namespace quern
