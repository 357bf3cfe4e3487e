#include "tokenizers/bpe/text_encoder.h"

#include <array>

#include "tokenizers/bpe/piece_cache.h"
#include "tokenizers/pre_tokenizers/scanners.h"

namespace quern::bpe {
namespace {

constexpr std::size_t kBatch = 64;  // pieces cut before the first of them is looked up, so that look-ups overlap

struct Pending {
  const char* begin;
  std::size_t size;
  PieceKey key;        // of a short piece
  std::uint64_t hash;  // … likewise
};

}  // namespace

struct TextEncoder::State {
  const Splitter* splitter;
  const PieceEncoder& bpe;
  PieceEncoder::ScratchPointer scratch;
  PieceCache cache;

  // cut(p) is the end of the piece that begins at p.
  template <class Cut>
  void encode(const char* p, const char* end, std::vector<TokenId>& ids, Cut cut) {
    std::array<Pending, kBatch> batch;
    std::size_t used = ids.size();
    while (p < end) {
      const char* const begin = p;
      std::size_t count = 0;
      for (; count < kBatch && p < end; ++count) {
        Pending& piece = batch[count];
        piece.begin = p;
        const char* const next = cut(p);
        piece.size = static_cast<std::size_t>(next - p);
        if (piece.size <= kShortPiece) {
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
  state_->encode(piece.data(), end, ids, [end](const char*) { return end; });
}

void TextEncoder::encode(std::string_view text, std::vector<TokenId>& ids, std::vector<std::uint32_t>& lengths) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = state_->splitter == nullptr ? text.size() : state_->splitter->next(text, at).size;
    state_->bpe.encode(text.substr(at, size), *state_->scratch, ids, lengths);
    at += size;
  }
}

}  // namespace quern::bpe
