#include "tokenizers/bpe/text_encoder.h"

#include <array>

#include "tokenizers/bpe/character_table.h"
#include "tokenizers/bpe/piece_cache.h"
#include "tokenizers/bpe/seams.h"
#include "tokenizers/pre_tokenizers/scanners.h"

namespace quern::bpe {
namespace {

constexpr std::size_t kBatch = 64;  // pieces cut before the first of them is looked up, so that look-ups overlap

struct Pending {
  const char* begin;
  std::size_t size;
  PieceKey key;        // of a short piece
  std::uint64_t hash;  // … likewise
  bool is_character;   // that no neighbour joins: looked up by itself
};

// Whether some characters are just one, of two or three bytes.
bool is_short_character(const char* p, std::size_t size) {
  const auto first = static_cast<unsigned char>(*p);
  return (size == 3 && first >= 0xE0) || (size == 2 && first >= 0xC0);
}

// Whether a piece begins with a character beyond ASCII, perhaps behind a space: then it is a word of those.
bool is_multibyte(const char* p, const char* end) {
  return static_cast<signed char>(*p) < 0 || (end - p > 1 && static_cast<signed char>(p[1]) < 0);
}

}  // namespace

struct TextEncoder::State {
  const Splitter* splitter;
  const PieceEncoder& bpe;
  PieceEncoder::ScratchPointer scratch;
  PieceCache cache;
  const CharacterTable* characters = bpe.characters();
  const Seams& seams = bpe.seams();

  // cut(p) is the end of the piece that begins at p. Only what is UTF-8 falls apart at seams.
  template <class Cut>
  void encode(const char* p, const char* end, std::vector<TokenId>& ids, Cut cut, bool is_utf8 = true) {
    std::array<Pending, kBatch> batch;
    std::size_t used = ids.size();
    const char* piece_end = p;
    bool in_parts = false;
    while (p < end) {
      const char* const begin = p;
      std::size_t count = 0;
      for (; count < kBatch && p < end; ++count) {
        Pending& piece = batch[count];
        piece.begin = p;
        if (p == piece_end) {
          piece_end = cut(p);
          in_parts = is_utf8 && characters != nullptr && is_multibyte(p, piece_end);
        }
        const char* const next = in_parts ? seams.part_end(p, piece_end) : piece_end;
        piece.size = static_cast<std::size_t>(next - p);
        piece.is_character = in_parts && is_short_character(p, piece.size);
        if (piece.size <= kShortPiece && !piece.is_character) {
          piece.key = end - p >= 16 ? make_key_readable(p, piece.size) : make_key(p, piece.size);
          piece.hash = hash(piece.key);
          cache.prefetch(piece.hash);
        }
        p = next;
      }
      // No more ids than bytes, and what the cache may write too much.
      ids.resize(std::max(ids.size(), used + static_cast<std::size_t>(p - begin) + PieceCache::kMostIds + 1));
      TokenId* out = ids.data() + used;
      for (std::size_t i = 0; i < count; ++i) out += encode(batch[i], out);
      used = static_cast<std::size_t>(out - ids.data());
    }
    ids.resize(used);
  }

  std::size_t encode(const Pending& piece, TokenId* out) {
    if (piece.is_character) {
      TokenId* next = out;
      characters->write(piece.begin, piece.size, next);
      return static_cast<std::size_t>(next - out);
    }
    if (piece.size > kShortPiece) return bpe.encode({piece.begin, piece.size}, *scratch, out);
    if (const std::size_t found = cache.find(piece.key, piece.hash, out)) [[likely]] return found;
    const std::size_t count = bpe.encode({piece.begin, piece.size}, *scratch, out);
    cache.insert(piece.key, piece.hash, out, count);
    return count;
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
