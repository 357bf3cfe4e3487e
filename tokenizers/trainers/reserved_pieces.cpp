#include "tokenizers/trainers/reserved_pieces.h"

#include <map>
#include <set>

#include "core/error.h"
#include "tokenizers/byte_token.h"

namespace quern {
namespace {

using Kind = SentencePiece::Kind;

}  // namespace

PlacedPieces place_reserved(const ReservedPieces& reserved, std::size_t vocab_size) {
  PlacedPieces placed;
  std::map<std::string, TokenId> ids;
  const auto put = [&](TokenId id, const std::string& text, Kind kind) {
    if (id >= vocab_size) throw Error(ErrorCode::usage, "the vocabulary has no room for the piece \"" + text + "\"");
    if (text.empty()) throw Error(ErrorCode::usage, "a piece cannot be empty");
    if (placed.size() <= id) placed.resize(id + 1);
    if (placed[id] || !ids.emplace(text, id).second) {
      throw Error(ErrorCode::usage, "the piece \"" + text + "\", or its id, is taken");
    }
    placed[id] = SentencePiece{text, 0, kind};
  };
  if (reserved.unk_id) put(*reserved.unk_id, reserved.unk_piece, Kind::unknown);
  if (reserved.bos_id) put(*reserved.bos_id, reserved.bos_piece, Kind::control);
  if (reserved.eos_id) put(*reserved.eos_id, reserved.eos_piece, Kind::control);
  if (reserved.pad_id) put(*reserved.pad_id, reserved.pad_piece, Kind::control);
  if (!reserved.unk_id) throw Error(ErrorCode::usage, "a SentencePiece model needs an unknown piece");
  TokenId next = 0;
  std::set<std::string> symbols;
  const auto append = [&](const std::string& text, Kind kind) {
    if (!symbols.insert(text).second) throw Error(ErrorCode::usage, "the piece \"" + text + "\" is there twice");
    if (const auto found = ids.find(text); found != ids.end() && found->second != *reserved.unk_id) {
      placed[found->second]->kind = kind;  // as user-defined symbols bos, eos and pad are found in texts
      return;
    }
    while (next < placed.size() && placed[next]) ++next;
    put(next, text, kind);
  };
  for (const std::string& symbol : reserved.control_symbols) append(symbol, Kind::control);
  for (const std::string& symbol : reserved.user_defined_symbols) append(symbol, Kind::user_defined);
  if (reserved.byte_fallback) {
    for (unsigned byte = 0; byte < 256; ++byte) append(byte_token(static_cast<unsigned char>(byte)), Kind::byte);
  }
  return placed;
}

}  // namespace quern
