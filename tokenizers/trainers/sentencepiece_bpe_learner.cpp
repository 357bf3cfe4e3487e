#include "tokenizers/trainers/sentencepiece_bpe_learner.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/bpe/word_cells.h"
#include "tokenizers/trainers/character_map.h"
#include "tokenizers/trainers/sentencepiece_pair_queue.h"

namespace quern {
namespace {

using bpe::Position;
using Symbol = std::uint32_t;  // characters in the order of their first occurrence, then what was joined
using PairId = std::uint32_t;  // in the order of their first occurrence
constexpr Symbol kSeparator = bpe::WordCells::kSeparator;
constexpr PairId kNoPair = 0xFFFFFFFF, kNotSeen = 0xFFFFFFFE;

struct Pair {
  std::uint64_t count = 0;
  Position* positions = nullptr;
  std::uint32_t listed = 0;
  Symbol left, right;
};

// Where lists of positions lie until the end.
class PositionArena {
 public:
  Position* allocate(std::size_t count) {
    if (count > left_) {
      left_ = std::max(count, kBlock);
      next_ = blocks_.emplace_back(std::make_unique_for_overwrite<Position[]>(left_)).get();
    }
    left_ -= count;
    return std::exchange(next_, next_ + count);
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 18;
  std::vector<std::unique_ptr<Position[]>> blocks_;
  Position* next_ = nullptr;
  std::size_t left_ = 0;
};

class Learner {
 public:
  Learner(const std::vector<CountedText>& texts, const PieceRules& rules)
      : rules_(rules),
        cells_([&](const bpe::WordCells::Visit& visit) { for_each_text(texts, visit); }),
        pair_at_(cells_.size(), kNoPair),
        queue_(TextOf{this}) {
    list_pairs(find_pairs());
    queue_pairs(0);
  }

  SentencePieceBpePieces learn(std::size_t most, const std::function<void(std::uint64_t, std::uint64_t)>& progress);

 private:
  struct SymbolText {
    std::string text;
    std::uint32_t length;  // in characters
  };
  struct TextOf {
    const Learner* learner;
    PairText operator()(PairId pair) const { return learner->text_of(pair); }
  };
  struct FoundPair {  // before it has an id
    std::uint64_t count = 0;
    std::uint32_t occurrences = 0;
    Symbol left = 0, right = 0;
    bool is_allowed = false;
  };
  struct Occurrence {
    PairId pair;
    Position position;
  };

  void for_each_text(const std::vector<CountedText>& texts, const bpe::WordCells::Visit& visit);
  Symbol symbol_of(char32_t character);
  PairText text_of(PairId pair) const { return {symbols_[pairs_[pair].left].text, symbols_[pairs_[pair].right].text}; }

  std::vector<Position> positions_by_symbol(std::vector<Position>& begins) const;
  std::vector<FoundPair> find_pairs();
  void list_pairs(const std::vector<FoundPair>& found);
  bool allows(Symbol left, Symbol right);
  PairId add_pair(Symbol left, Symbol right);
  void occur(PairId pair, Position position, std::uint64_t weight);
  void list_occurrences(PairId first);
  void queue_pairs(PairId first);
  void join(PairId pair);

  PieceRules rules_;
  CharacterMap<Symbol> symbol_after_;  // that of a character plus one, or 0
  std::vector<SymbolText> symbols_;
  bpe::WordCells cells_;
  std::vector<PairId> pair_at_;  // by a symbol's first cell: the pair of it and the next
  std::vector<Pair> pairs_;
  PositionArena arena_;
  SentencePiecePairQueue<TextOf> queue_;
  // While a symbol is new: its pair with each symbol before it and behind it.
  std::vector<PairId> before_newest_, behind_newest_;
  std::vector<Symbol> neighbours_;
  std::vector<Occurrence> occurrences_;
  std::string text_;
};

Symbol Learner::symbol_of(char32_t character) {
  Symbol& symbol = symbol_after_[character];
  if (symbol == 0) {
    symbols_.push_back({{}, 1});
    utf8::append(symbols_.back().text, character);
    symbol = static_cast<Symbol>(symbols_.size());
  }
  return symbol - 1;
}

void Learner::for_each_text(const std::vector<CountedText>& texts, const bpe::WordCells::Visit& visit) {
  std::vector<Symbol> symbols;
  for (const CountedText& text : texts) {
    symbols.clear();
    for (const char *p = text.text.data(), *end = p + text.text.size(); p < end;) symbols.push_back(symbol_of(utf8::decode(p)));
    visit(symbols, text.count);
  }
}

bool Learner::allows(Symbol left, Symbol right) {
  const SymbolText &a = symbols_[left], &b = symbols_[right];
  if (a.length + b.length > rules_.max_length) return false;
  text_.assign(a.text) += b.text;
  return rules_.allow(text_);
}

// kNoPair when the rules do not allow it.
PairId Learner::add_pair(Symbol left, Symbol right) {
  if (!allows(left, right)) return kNoPair;
  if (pairs_.size() >= kNotSeen) {
    throw Error(ErrorCode::unsupported, "the texts have more than 4,294,967,294 pairs of symbols").remedy("train on a sample");
  }
  pairs_.push_back({.left = left, .right = right});
  return static_cast<PairId>(pairs_.size() - 1);
}

// The positions whose symbol has a neighbour behind it, by that symbol: those of symbol s from begins[s] on.
std::vector<Position> Learner::positions_by_symbol(std::vector<Position>& begins) const {
  const auto for_each = [this](auto visit) {
    for (Position position = 1; position + 1 < cells_.size(); ++position) {
      if (cells_[position] != kSeparator && cells_[position + 1] != kSeparator) visit(position);
    }
  };
  begins.assign(symbols_.size() + 1, 0);
  for_each([&](Position position) { ++begins[cells_[position] + 1]; });
  for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
  std::vector<Position> positions(begins.back()), next(begins);
  for_each([&](Position position) { positions[next[cells_[position]]++] = position; });
  return positions;
}

// One left symbol after the other, so that an array by the right one finds the pair.
std::vector<Learner::FoundPair> Learner::find_pairs() {
  std::vector<Position> begins;
  const std::vector<Position> positions = positions_by_symbol(begins);
  std::vector<FoundPair> found(1);  // the first is none
  std::vector<std::uint32_t> with_right(symbols_.size());  // of this left symbol where it is not below `first`
  constexpr std::size_t kAhead = 16;
  for (Symbol left = 0; left < symbols_.size(); ++left) {
    const std::size_t first = found.size();
    bpe::WordCells::Weights weights(cells_);
    for (std::size_t i = begins[left]; i < begins[left + 1]; ++i) {
      if (i + kAhead < positions.size()) {
        cells_.prefetch(positions[i + kAhead]);
        __builtin_prefetch(&pair_at_[positions[i + kAhead]], 1);
      }
      const Symbol right = cells_[positions[i] + 1];
      std::uint32_t& place = with_right[right];
      if (place < first) {
        place = static_cast<std::uint32_t>(found.size());
        found.push_back({.left = left, .right = right, .is_allowed = allows(left, right)});
      }
      FoundPair& pair = found[place];
      if (!pair.is_allowed) continue;
      pair.count += weights.at(positions[i]);
      ++pair.occurrences;
      pair_at_[positions[i]] = place;
    }
  }
  return found;
}

// In the order of their first occurrence.
void Learner::list_pairs(const std::vector<FoundPair>& found) {
  std::vector<PairId> ids(found.size(), kNoPair);
  pairs_.reserve(found.size());
  for (Position position = 0; position < cells_.size(); ++position) {
    if (pair_at_[position] == kNoPair) continue;
    const FoundPair& one = found[pair_at_[position]];
    PairId& id = ids[pair_at_[position]];
    if (id == kNoPair) {
      id = static_cast<PairId>(pairs_.size());
      pairs_.push_back({one.count, arena_.allocate(one.occurrences), 0, one.left, one.right});
    }
    pairs_[id].positions[pairs_[id].listed++] = position;
    pair_at_[position] = id;
  }
}

void Learner::occur(PairId pair, Position position, std::uint64_t weight) {
  pair_at_[position] = pair;
  if (pair == kNoPair) return;
  pairs_[pair].count += weight;
  ++pairs_[pair].listed;
  occurrences_.push_back({pair, position});
}

// The pairs from `first` on are new, and all that occurred.
void Learner::list_occurrences(PairId first) {
  for (std::size_t pair = first; pair < pairs_.size(); ++pair) {
    pairs_[pair].positions = arena_.allocate(std::exchange(pairs_[pair].listed, 0));
  }
  for (const Occurrence& one : occurrences_) {
    Pair& pair = pairs_[one.pair];
    pair.positions[pair.listed++] = one.position;
  }
  occurrences_.clear();
}

void Learner::queue_pairs(PairId first) {
  for (PairId id = first; id < pairs_.size(); ++id) {
    const Pair& pair = pairs_[id];
    queue_.put({pair.count, pair_text_key(text_of(id)), symbols_[pair.left].length + symbols_[pair.right].length, id});
  }
}

void Learner::join(PairId best) {
  const Pair pair = pairs_[best];
  const auto joined = static_cast<Symbol>(symbols_.size());
  const std::uint32_t left_length = symbols_[pair.left].length, length = left_length + symbols_[pair.right].length;
  symbols_.push_back({symbols_[pair.left].text + symbols_[pair.right].text, length});
  before_newest_.resize(symbols_.size(), kNotSeen);
  behind_newest_.resize(symbols_.size(), kNotSeen);
  const auto first_new = static_cast<PairId>(pairs_.size());
  bpe::WordCells::Weights weights(cells_);
  const auto lose = [this](PairId lost, std::uint64_t weight) {
    if (lost != kNoPair) pairs_[lost].count -= weight;
  };
  constexpr std::uint32_t kAhead = 16;
  for (std::uint32_t i = 0; i < pair.listed; ++i) {
    if (i + kAhead < pair.listed) {
      cells_.prefetch(pair.positions[i + kAhead]);
      __builtin_prefetch(&pair_at_[pair.positions[i + kAhead]], 1);
    }
    const Position position = pair.positions[i];
    if (pair_at_[position] != best) continue;
    const std::uint64_t weight = weights.at(position);
    const Position second = position + left_length, next = position + length;
    const Symbol before = cells_[position - 1], behind = cells_[next];
    if (before != kSeparator) lose(pair_at_[position - symbols_[before].length], weight);
    lose(std::exchange(pair_at_[second], kNoPair), weight);
    cells_.join(position, left_length, length - left_length, joined);
    if (before != kSeparator) {
      neighbours_.push_back(before);
      PairId& known = before_newest_[before];
      if (known == kNotSeen) known = add_pair(before, joined);
      occur(known, position - symbols_[before].length, weight);
    }
    if (behind == kSeparator) {
      pair_at_[position] = kNoPair;
    } else {
      neighbours_.push_back(behind);
      PairId& known = behind == joined ? before_newest_[joined] : behind_newest_[behind];
      if (known == kNotSeen) known = add_pair(joined, behind);
      occur(known, position, weight);
    }
  }
  for (const Symbol neighbour : neighbours_) before_newest_[neighbour] = behind_newest_[neighbour] = kNotSeen;
  neighbours_.clear();
  list_occurrences(first_new);
  queue_pairs(first_new);
}

SentencePieceBpePieces Learner::learn(std::size_t most, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  constexpr std::size_t kProgress = 256;
  SentencePieceBpePieces pieces;
  std::unordered_set<std::string> seen;
  while (pieces.texts.size() < most && !queue_.empty()) {
    const auto best = queue_.best();
    queue_.take_best();
    if (best.count != pairs_[best.pair].count) {  // some of it was joined otherwise
      auto again = best;
      again.count = pairs_[best.pair].count;
      queue_.put(again);
      continue;
    }
    const PairText text = text_of(best.pair);
    std::string piece(text.left);
    piece += text.right;
    if (!seen.insert(piece).second) continue;
    pieces.texts.push_back(std::move(piece));
    pieces.last_count = best.count;
    if (best.count != 0) join(best.pair);
    if (progress && pieces.texts.size() % kProgress == 0) progress(pieces.texts.size(), most);
  }
  return pieces;
}

}  // namespace

std::uint64_t pair_text_key(const PairText& text) {
  std::uint64_t key = 0;
  const std::size_t left = std::min(text.left.size(), sizeof key), right = std::min(text.right.size(), sizeof key - left);
  std::memcpy(&key, text.left.data(), left);
  std::memcpy(reinterpret_cast<char*>(&key) + left, text.right.data(), right);
  return __builtin_bswap64(key);
}

bool is_less(const PairText& a, const PairText& b) {
  const std::size_t size_a = a.left.size() + a.right.size(), size_b = b.left.size() + b.right.size();
  std::size_t at = 0;
  for (const std::size_t both = std::min(size_a, size_b); at < both;) {
    const bool a_left = at < a.left.size(), b_left = at < b.left.size();
    const std::string_view rest_a = a_left ? a.left.substr(at) : a.right.substr(at - a.left.size());
    const std::string_view rest_b = b_left ? b.left.substr(at) : b.right.substr(at - b.left.size());
    const std::size_t size = std::min(rest_a.size(), rest_b.size());
    if (const int order = std::memcmp(rest_a.data(), rest_b.data(), size); order != 0) return order < 0;
    at += size;
  }
  return size_a < size_b;
}

SentencePieceBpePieces learn_sentencepiece_bpe(const std::vector<CountedText>& texts, const PieceRules& rules, std::size_t most,
                                               const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Learner(texts, rules).learn(most, progress);
}

}  // namespace quern
