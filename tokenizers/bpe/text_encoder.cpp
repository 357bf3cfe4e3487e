#include "tokenizers/bpe/text_encoder.h"

#include "tokenizers/bpe/character_table.h"
#include "tokenizers/bpe/seams.h"
#include "tokenizers/pieces/piece_loop.h"
#include "tokenizers/pre_tokenizers/block_scanners.h"
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

// scan(p) is the end of the piece that begins at p, block(p) the pieces of plain ASCII from there on (block_scanners.h). What is
// UTF-8 falls apart at seams further.
template <class Scan, class Block>
class Pieces {
 public:
  Pieces(const PieceEncoder& bpe, PieceEncoder::Scratch& scratch, bool is_utf8, Scan scan, Block block)
      : bpe_(bpe),
        scratch_(scratch),
        characters_(is_utf8 ? bpe.characters() : nullptr),
        seams_(bpe.seams()),
        scan_(scan),
        block_(block) {}

  const char* cut(const char* p, const char* end, PieceBatch& batch) {
    while (p < end && !batch.is_full()) {
      if (begins_piece(p) && !is_multibyte(p, end)) {
        if (const std::uint64_t begins = block_(p); begins != 0) {
          end_ = p = batch.add_touching(p, begins);
          continue;
        }
      }
      const CutPiece piece = next(p);
      batch.add(p, static_cast<std::size_t>(piece.end - p), piece.kind);
      p = piece.end;
    }
    return p;
  }

  std::size_t direct(const char* p, std::size_t size, TokenId* out) {
    return characters_->write(p, size, out);
  }

  bool miss(std::string_view piece, bool is_part, IdBuffer& out) {
    TokenId* const to = out.reserve(piece.size());
    out.advance(is_part ? bpe_.merge(piece, scratch_, to) : bpe_.encode(piece, scratch_, to));
    return true;
  }

 private:
  bool begins_piece(const char* p) const { return p == end_ || end_ == nullptr; }

  CutPiece next(const char* p) {
    const bool is_first = begins_piece(p);
    if (is_first) {
      end_ = scan_(p);
      in_parts_ = characters_ != nullptr && is_multibyte(p, end_);
    }
    if (!in_parts_) return {p, end_};
    const char* const part_end = seams_.part_end(p, end_);
    const bool is_whole = is_first && part_end == end_;
    if (is_whole && bpe_.looks_for_wholes()) return {p, part_end};
    if (is_short_character(p, static_cast<std::size_t>(part_end - p))) return {p, part_end, CutPiece::Kind::direct};
    return {p, part_end, is_whole ? CutPiece::Kind::whole : CutPiece::Kind::part};
  }

  const PieceEncoder& bpe_;
  PieceEncoder::Scratch& scratch_;
  const CharacterTable* const characters_;
  const Seams& seams_;
  Scan scan_;
  Block block_;
  const char* end_ = nullptr;  // of the piece that is falling apart
  bool in_parts_ = false;
};

}  // namespace

struct TextEncoder::State {
  const Splitter* splitter;
  const PieceEncoder& bpe;
  PieceEncoder::ScratchPointer scratch;
  PieceCache cache;

  // scan(p, end), block(p, end)
  template <class Scan, class Block>
  void encode(std::string_view text, std::vector<TokenId>& ids, Scan scan, Block block, bool is_utf8 = true) {
    const char *const begin = text.data(), *const end = begin + text.size();
    const auto scan_text = [=](const char* p) { return scan(p, end); };
    const auto block_text = [=](const char* p) { return block(p, end); };
    using PiecesOfText = Pieces<decltype(scan_text), decltype(block_text)>;
    encode_pieces(begin, end, ids, cache, PiecesOfText(bpe, *scratch, is_utf8, scan_text, block_text));
  }
};

namespace {

// For patterns whose pieces are told one by one.
constexpr auto kNoBlock = [](const char*, const char*) { return block_scanners::Mask{0}; };

}  // namespace

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
  // Lambdas and not pointers: they are inlined.
  constexpr auto gpt2 = [](const char* p, const char* end) { return scanners::gpt2(p, end); };
  constexpr auto gpt2_block = [](const char* p, const char* end) { return block_scanners::gpt2(p, end); };
  constexpr auto cl100k = [](const char* p, const char* end) { return scanners::cl100k(p, end); };
  constexpr auto cl100k_hf = [](const char* p, const char* end) { return scanners::cl100k_hf(p, end); };
  constexpr auto cl100k_block = [](const char* p, const char* end) { return block_scanners::cl100k(p, end); };
  constexpr auto o200k = [](const char* p, const char* end) { return scanners::o200k(p, end); };
  switch (s.splitter->kind()) {
    case Kind::gpt2: return s.encode(text, ids, gpt2, gpt2_block);
    case Kind::cl100k: return s.encode(text, ids, cl100k, cl100k_block);
    case Kind::cl100k_hf: return s.encode(text, ids, cl100k_hf, cl100k_block);
    case Kind::o200k: return s.encode(text, ids, o200k, kNoBlock);
    case Kind::literal:
    case Kind::regex: {
      const auto next = [&](const char* p, const char*) {
        return p + s.splitter->next(text, static_cast<std::size_t>(p - text.data())).size;
      };
      return s.encode(text, ids, next, kNoBlock);
    }
  }
}

void TextEncoder::encode_piece(std::string_view piece, std::vector<TokenId>& ids) {
  if (piece.empty()) return;
  state_->encode(piece, ids, [](const char*, const char* end) { return end; }, kNoBlock, /*is_utf8=*/false);
}

void TextEncoder::encode(std::string_view text, std::vector<TokenId>& ids, std::vector<std::uint32_t>& lengths) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = state_->splitter == nullptr ? text.size() : state_->splitter->next(text, at).size;
    state_->bpe.encode(text.substr(at, size), *state_->scratch, ids, lengths);
    at += size;
  }
}

}  // namespace quern::bpe
