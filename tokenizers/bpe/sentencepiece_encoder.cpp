#include "tokenizers/bpe/sentencepiece_encoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/bpe/seams.h"

namespace quern::bpe {
namespace {

using Kind = SentencePiece::Kind;

bool is_joined(Kind kind) { return kind == Kind::normal || kind == Kind::unused; }

// Where the characters of a text begin, and its end.
std::vector<std::size_t> character_begins(std::string_view text) {
  std::vector<std::size_t> begins;
  const char* p = text.data();
  while (p < text.data() + text.size()) {
    begins.push_back(static_cast<std::size_t>(p - text.data()));
    utf8::decode(p);
  }
  begins.push_back(text.size());
  return begins;
}

std::vector<std::string> texts_of(const SentencePieceModel& model) {
  std::vector<std::string> texts;
  for (const SentencePiece& piece : model.pieces) {
    texts.push_back(is_joined(piece.kind) || piece.kind == Kind::user_defined ? piece.text : "");
  }
  return texts;
}

// What unused pieces fall back into: the pair that could last have become one in this sentence.
class PartsOfUnused final : public MergeObserver {
 public:
  PartsOfUnused(const std::vector<bool>& unused, MergeObserver* next) : unused_(unused), next_(next) {}
  Verdict judge() override { return next_ != nullptr ? next_->judge() : Verdict::join; }
  void could_join(TokenId left, TokenId right, TokenId result) override {
    if (unused_[result]) parts_[result] = {left, right};
  }
  const Merge* find(TokenId id) const {
    const auto found = parts_.find(id);
    return found == parts_.end() ? nullptr : &found->second;
  }

 private:
  const std::vector<bool>& unused_;
  MergeObserver* next_;
  std::unordered_map<TokenId, Merge> parts_;
};

}  // namespace

SentencePieceEncoder::SentencePieceEncoder(const SentencePieceModel& model)
    : tokens_(texts_of(model), TokenTable::Spelling::text), pieces_(model.pieces.size()), merger_(0, 0), byte_fallback_(model.byte_fallback) {
  Symbols symbols;
  list_symbols(model, symbols);
  if (unk_ == kNoToken) throw Error(ErrorCode::format, "the model has no unknown piece");
  if (byte_fallback_ && std::find(byte_ids_.begin(), byte_ids_.end(), kNoToken) != byte_ids_.end()) {
    throw Error(ErrorCode::format, "the model falls back to bytes, but not every byte is a piece");
  }
  add_merges(model, symbols);
}

// Every piece that symbols may be or become, and every character in one.
void SentencePieceEncoder::list_symbols(const SentencePieceModel& model, Symbols& symbols) {
  byte_ids_.fill(kNoToken);
  for (TokenId id = 0; id < model.pieces.size(); ++id) {
    const SentencePiece& piece = model.pieces[id];
    if (piece.kind == Kind::unknown) unk_ = id;
    if (piece.kind == Kind::unused) has_unused_ = true;
    if (piece.kind == Kind::user_defined) {
      user_defined_[static_cast<unsigned char>(piece.text[0])].emplace_back(piece.text, id);
    } else if (piece.kind == Kind::byte && piece.text.size() == 6) {
      byte_ids_[std::stoul(piece.text.substr(3, 2), nullptr, 16)] = id;
    }
    if (is_joined(piece.kind)) symbols.emplace(piece.text, id);
  }
  for (auto& list : user_defined_) {
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  }
  auto next = static_cast<TokenId>(pieces_);
  for (const SentencePiece& piece : model.pieces) {
    if (!is_joined(piece.kind)) continue;
    const auto begins = character_begins(piece.text);
    for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
      const std::string_view character = std::string_view(piece.text).substr(begins[i], begins[i + 1] - begins[i]);
      const auto [symbol, is_new] = symbols.try_emplace(character, next);
      if (is_new) ++next;
      const char* p = character.data();
      characters_.add(utf8::decode(p), symbol->second);
    }
  }
  symbol_count_ = next;
  sizes_.resize(symbol_count_);
  for (const auto& [text, symbol] : symbols) sizes_[symbol] = static_cast<std::uint32_t>(text.size());
  for (const auto& list : user_defined_) {
    for (const auto& [text, id] : list) sizes_[id] = static_cast<std::uint32_t>(text.size());
  }
}

// A rank is the place of a piece among those of falling score, whichever two symbols it is joined from.
void SentencePieceEncoder::add_merges(const SentencePieceModel& model, const Symbols& symbols) {
  std::vector<TokenId> by_score;
  for (TokenId id = 0; id < pieces_; ++id) {
    unused_.push_back(model.pieces[id].kind == Kind::unused);
    if (is_joined(model.pieces[id].kind)) by_score.push_back(id);
  }
  std::stable_sort(by_score.begin(), by_score.end(),
                   [&](TokenId a, TokenId b) { return model.pieces[a].score > model.pieces[b].score; });
  std::vector<std::pair<Merge, std::uint32_t>> merges;
  std::vector<std::uint32_t> priorities;
  bool ties = false;
  for (std::uint32_t rank = 0; rank < by_score.size(); ++rank) {
    const SentencePiece& piece = model.pieces[by_score[rank]];
    const bool tied = rank > 0 && model.pieces[by_score[rank - 1]].score == piece.score;
    ties = ties || tied;
    priorities.push_back(tied ? priorities.back() : rank);
    const auto begins = character_begins(piece.text);
    for (std::size_t i = 1; i + 1 < begins.size(); ++i) {
      const auto left = symbols.find(std::string_view(piece.text).substr(0, begins[i]));
      const auto right = symbols.find(std::string_view(piece.text).substr(begins[i]));
      if (left != symbols.end() && right != symbols.end()) merges.push_back({{left->second, right->second}, rank});
    }
  }
  merger_ = Merger(symbol_count_ + 1, std::max(merges.size(), by_score.size()));
  for (const auto& [merge, rank] : merges) merger_.add(merge, rank, by_score[rank]);
  if (ties) merger_.set_priorities(std::move(priorities));
}

// The size of the longest user-defined piece that text begins with; 0 for none.
std::size_t SentencePieceEncoder::user_defined_at(std::string_view text, TokenId& id) const {
  for (const auto& [piece, piece_id] : user_defined_[static_cast<unsigned char>(text[0])]) {
    if (!text.starts_with(piece)) continue;
    id = piece_id;
    return piece.size();
  }
  return 0;
}

std::size_t SentencePieceEncoder::symbols(std::string_view text, Scratch& scratch) const {
  scratch.resize(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size();) {
    TokenId id = kNoToken;
    std::size_t length = user_defined_at(text.substr(at), id);
    if (length == 0) {
      const char* next = text.data() + at;
      id = characters_.find(utf8::decode(next));
      length = static_cast<std::size_t>(next - text.data()) - at;
    }
    // A character that is in no piece joins with nothing: all of them may be one symbol.
    scratch.ids[size] = id != kNoToken ? id : static_cast<TokenId>(symbol_count_);
    scratch.lengths[size++] = static_cast<std::uint32_t>(length);
    at += length;
  }
  return size;
}

void SentencePieceEncoder::encode(std::string_view text, Scratch& scratch, std::vector<ModelToken>& tokens,
                                  MergeObserver* observer) const {
  const std::size_t size = symbols(text, scratch), first = tokens.size();
  if (size == 0) return;
  PartsOfUnused parts(unused_, observer);
  if (has_unused_ || observer != nullptr) {
    merger_.join(scratch, size, parts);
  } else {
    merger_.join(scratch, size);
  }
  std::vector<TokenId> stack;
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < size; i = scratch.next[i]) {
    const std::uint32_t end = at + scratch.lengths[i];
    stack.push_back(scratch.ids[i]);
    while (!stack.empty()) {
      const TokenId symbol = stack.back();
      stack.pop_back();
      const Merge* fallen = symbol < pieces_ && unused_[symbol] ? parts.find(symbol) : nullptr;
      if (fallen != nullptr) {
        stack.push_back(fallen->right), stack.push_back(fallen->left);
        continue;
      }
      const std::uint32_t begin = at;
      at = stack.empty() ? end : at + sizes_[symbol];
      write(text, {symbol, begin, at}, tokens, first);
    }
  }
}

void SentencePieceEncoder::write(std::string_view text, ModelToken token, std::vector<ModelToken>& tokens,
                                 std::size_t first) const {
  if (token.id < pieces_) return tokens.push_back(token);
  if (byte_fallback_) {
    for (std::uint32_t i = token.begin; i < token.end; ++i) {
      const TokenId id = byte_ids_[static_cast<unsigned char>(text[i])];
      tokens.push_back({id, token.begin, i + 1 == token.end ? token.end : token.begin});
    }
  } else if (tokens.size() > first && tokens.back().id == unk_) {
    tokens.back().end = token.end;
  } else {
    tokens.push_back({unk_, token.begin, token.end});
  }
}

std::size_t SentencePieceEncoder::encode(std::string_view text, Scratch& scratch, TokenId* out) const {
  const std::size_t size = symbols(text, scratch);
  TokenId* next = out;
  std::size_t at = 0;
  const auto put = [&](TokenId symbol, std::size_t length) {
    if (symbol < pieces_) {
      *next++ = symbol;
    } else {
      for (const char byte : text.substr(at, length)) *next++ = byte_ids_[static_cast<unsigned char>(byte)];
    }
    at += length;
  };
  if (size <= ShortMerge::kMost && !merger_.has_ties()) {
    ShortMerge row;
    std::copy_n(scratch.ids.begin(), size, row.ids());
    for (std::size_t i = 0; i + 1 < size; ++i) row.set_rank(i, merger_.rank(row.ids()[i], row.ids()[i + 1]));
    const std::size_t left = size > 1 ? merger_.join(row, size) : size;
    // An unknown character, the only symbol without a size of its own, is as long as it is spelled.
    for (std::size_t i = 0; i < left; ++i) {
      const TokenId symbol = row.ids()[i];
      put(symbol, symbol < symbol_count_ ? sizes_[symbol] : Seams::character_at(text.data() + at).size);
    }
  } else {
    merger_.join(scratch, size);
    for (std::size_t i = 0; i < size; i = scratch.next[i]) put(scratch.ids[i], scratch.lengths[i]);
  }
  return static_cast<std::size_t>(next - out);
}

std::size_t SentencePieceEncoder::symbol_ids(char32_t c, TokenId* out) const {
  const TokenId id = characters_.find(c);
  if (id < pieces_) return *out = id, 1;
  std::string spelled;
  utf8::append(spelled, c);
  TokenId* next = out;
  for (const char byte : spelled) *next++ = byte_ids_[static_cast<unsigned char>(byte)];
  return spelled.size();
}

}  // namespace quern::bpe
