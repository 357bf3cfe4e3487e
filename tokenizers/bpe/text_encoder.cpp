#include "tokenizers/bpe/text_encoder.h"

#include "tokenizers/bpe/character_table.h"
#include "tokenizers/bpe/seams.h"
#include "tokenizers/pieces/piece_loop.h"
#include "tokenizers/pre_tokenizers/scanners.h"

namespace quern::bpe {
namespace {

// Whether some characters are just one, of two or three bytes.
bool is_short_character(const char* p, std::size_t size) {
  const auto first = static_cast<unsigned char>(*p);
  return (size == 3 && first >= 0xE0) || (size == 2 && first >= 0xC0);
}

// Whether a piece begins with a character beyond ASCII, perhaps behind a space: then it is a word of those.
bool is_multibyte(const char* p, const char* end) {
  return static_cast<signed char>(*p) < 0 || (end - p > 1 && static_cast<signed char>(p[1]) < 0);
}

// scan(p) is the end of the piece that begins at p. What is UTF-8 falls apart at seams further.
template <class Scan>
class Pieces {
 public:
  Pieces(const PieceEncoder& bpe, PieceEncoder::Scratch& scratch, bool is_utf8, Scan scan)
      : bpe_(bpe),
        scratch_(scratch),
        characters_(is_utf8 ? bpe.characters() : nullptr),
        seams_(bpe.seams()),
        scan_(scan) {}

  CutPiece next(const char* p, const char*) {
    const bool begins_piece = p == end_ || end_ == nullptr;
    if (begins_piece) {
      end_ = scan_(p);
      in_parts_ = characters_ != nullptr && is_multibyte(p, end_);
    }
    if (!in_parts_) return {p, end_};
    const char* const part_end = seams_.part_end(p, end_);
    const bool is_whole = begins_piece && part_end == end_;
    if (is_whole && bpe_.looks_for_wholes()) return {p, part_end};
    if (is_short_character(p, static_cast<std::size_t>(part_end - p))) return {p, part_end, CutPiece::Kind::direct};
    return {p, part_end, is_whole ? CutPiece::Kind::whole : CutPiece::Kind::part};
  }

  std::size_t direct(const char* p, std::size_t size, TokenId* out) {
    TokenId* next = out;
    characters_->write(p, size, next);
    return static_cast<std::size_t>(next - out);
  }

  bool miss(std::string_view piece, bool is_part, IdBuffer& out) {
    TokenId* const to = out.reserve(piece.size());
    out.advance(is_part ? bpe_.merge(piece, scratch_, to) : bpe_.encode(piece, scratch_, to));
    return true;
  }

 private:
  const PieceEncoder& bpe_;
  PieceEncoder::Scratch& scratch_;
  const CharacterTable* const characters_;
  const Seams& seams_;
  Scan scan_;
  const char* end_ = nullptr;  // of the piece that is falling apart
  bool in_parts_ = false;
};

}  // namespace

struct TextEncoder::State {
  const Splitter* splitter;
  const PieceEncoder& bpe;
  PieceEncoder::ScratchPointer scratch;
  PieceCache cache;

  template <class Scan>
  void encode(const char* p, const char* end, std::vector<TokenId>& ids, Scan scan, bool is_utf8 = true) {
    encode_pieces(p, end, ids, cache, Pieces<Scan>(bpe, *scratch, is_utf8, scan));
  }
};

TextEncoder::TextEncoder(const Splitter* splitter, const PieceEncoder& bpe, std::size_t cache_bytes,
                         std::uint64_t scratch_bytes)
    : state_(new State{splitter, bpe, PieceEncoder::make_scratch(scratch_bytes), PieceCache(cache_bytes)}) {}
TextEncoder::~TextEncoder() = default;
TextEncoder::TextEncoder(TextEncoder&&) noexcept = default;

void TextEncoder::encode(std::string_view text, std::vector<TokenId>& ids) {
  using Kind = SplitPattern::Kind;
  if (text.empty()) return;
  State& s = *state_;
  if (s.splitter == nullptr) return encode_piece(text, ids);
  const char *const begin = text.data(), *const end = begin + text.size();
  switch (s.splitter->kind()) {
    case Kind::gpt2: return s.encode(begin, end, ids, [end](const char* p) { return scanners::gpt2(p, end); });
    case Kind::cl100k: return s.encode(begin, end, ids, [end](const char* p) { return scanners::cl100k(p, end); });
    case Kind::cl100k_hf: return s.encode(begin, end, ids, [end](const char* p) { return scanners::cl100k_hf(p, end); });
    case Kind::o200k: return s.encode(begin, end, ids, [end](const char* p) { return scanners::o200k(p, end); });
    case Kind::literal:
    case Kind::regex:
      return s.encode(begin, end, ids, [&](const char* p) {
        return p + s.splitter->next(text, static_cast<std::size_t>(p - begin)).size;
      });
  }
}

void TextEncoder::encode_piece(std::string_view piece, std::vector<TokenId>& ids) {
  if (piece.empty()) return;
  const char* const end = piece.data() + piece.size();
  state_->encode(piece.data(), end, ids, [end](const char*) { return end; }, /*is_utf8=*/false);
}

void TextEncoder::encode(std::string_view text, std::vector<TokenId>& ids, std::vector<std::uint32_t>& lengths) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = state_->splitter == nullptr ? text.size() : state_->splitter->next(text, at).size;
    state_->bpe.encode(text.substr(at, size), *state_->scratch, ids, lengths);
    at += size;
  }
}

}  // namespace quern::bpe
