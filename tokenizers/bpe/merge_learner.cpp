#include "tokenizers/bpe/merge_learner.h"

#include <algorithm>
#include <queue>

#include "tokenizers/bpe/pair_table.h"
#include "tokenizers/bpe/token_names.h"
#include "tokenizers/bpe/word_cells.h"

namespace quern::bpe {
namespace {

constexpr std::uint64_t kProgressEvery = 256;
constexpr std::size_t kSquareLimit = 768;  // tokens up to which pair sums fit into a square
constexpr std::size_t kCellsPerPart = std::size_t{1} << 23;  // of the search: what a hash table of pairs is made for
constexpr std::uint32_t kAhead = 16;  // positions whose cells are fetched before their turn: each is a cache miss

// A pair waiting for its turn, with the count it had when it was queued.
struct Candidate {
  std::uint64_t count;
  PairKey key;
  bool operator<(const Candidate& other) const {  // std::priority_queue: the largest comes first
    return count != other.count ? count < other.count : key > other.key;
  }
};

// What one join does to the pairs with one neighbour, on one side.
struct Change {
  std::uint64_t gained = 0;  // count of the new pair (neighbour, joined) or (joined, neighbour)
  std::uint64_t lost = 0;    // taken from the old pair of that neighbour
  std::uint32_t places = 0;
  std::uint32_t* list = nullptr;
};
struct Place {
  TokenId neighbour;
  Position position;
};
struct Side {
  std::vector<Change> changes;  // by neighbour
  std::vector<TokenId> touched;
  std::vector<Place> places;    // of new pairs, ascending

  void add(TokenId neighbour, Position position, std::uint64_t weight) {
    Change& change = changes[neighbour];
    if (change.places++ == 0) touched.push_back(neighbour);
    change.gained += weight;
    change.lost += weight;
    places.push_back({neighbour, position});
  }
  void reset() {
    for (const TokenId id : touched) changes[id] = {};
    touched.clear();
    places.clear();
  }
};

// Counts of all pairs during a search of the whole array: a square while tokens are few, else a hash table.
class PairSums {
 public:
  struct Sum {
    PairKey key = ~PairKey{0};
    std::uint64_t count = 0;
    std::uint32_t places = 0;
    std::uint32_t* list = nullptr;
  };
  explicit PairSums(std::size_t tokens) : tokens_(tokens <= kSquareLimit ? tokens : 0), sums_(tokens_ ? tokens * tokens : 1 << 16) {}

  Sum& at(TokenId left, TokenId right) {
    if (tokens_) {
      Sum& sum = sums_[left * tokens_ + right];
      sum.key = pair_key(left, right);
      return sum;
    }
    Sum& sum = probe(pair_key(left, right));
    if (sum.count != 0) return sum;
    if (++used_ * 3 < sums_.size() * 2) return sum;
    grow();
    return probe(pair_key(left, right));
  }
  std::vector<Sum>& all() { return sums_; }

 private:
  Sum& probe(PairKey key) {
    const std::size_t mask = sums_.size() - 1;
    std::size_t i = scatter(key) & mask;
    while (sums_[i].count != 0 && sums_[i].key != key) i = (i + 1) & mask;
    sums_[i].key = key;
    return sums_[i];
  }
  void grow() {
    std::vector<Sum> old(sums_.size() * 2);
    old.swap(sums_);
    for (const Sum& sum : old) {
      if (sum.count != 0) probe(sum.key) = sum;
    }
  }

  std::size_t tokens_;
  std::vector<Sum> sums_;
  std::size_t used_ = 0;
};

}  // namespace

struct MergeLearner::State {
  explicit State(const WordSource& source) : cells(source) {}

  WordCells cells;
  PairTable pairs;
  std::priority_queue<Candidate> queue;
  std::vector<std::uint32_t> length;   // of each token, in cells
  std::vector<std::uint32_t> symbols;  // the same in initial symbols, of which a cell may hold several
  std::uint64_t threshold = 1;
  std::size_t max_token_length = 0;
  Side left, right;

  bool allowed(TokenId a, TokenId b) const {
    return max_token_length == 0 || (symbols[a] == 1 && symbols[b] == 1) || symbols[a] + symbols[b] < max_token_length;
  }
  void track(PairKey key, std::uint64_t count, std::uint32_t places, std::uint32_t*& list) {
    if (count < threshold || !allowed(left_of(key), right_of(key))) return;
    TrackedPair* pair = pairs.track(key, count, places);
    pair->listed = places;
    list = pair->positions.get();
    queue.push({count, key});
  }

  template <class Pair>
  void for_each_pair(Pair visit) const;
  void search();
  void search_part(std::size_t part, std::size_t parts);
  bool next(Candidate& best);
  void replace(PairKey key, TokenId joined);
  void account(PairKey key, TokenId joined);
  void decrease(PairKey key, std::uint64_t amount);
};

template <class Pair>
void MergeLearner::State::for_each_pair(Pair visit) const {
  WordCells::Weights weights(cells);
  for (std::size_t at = 1; at < cells.size();) {
    const TokenId a = cells[static_cast<Position>(at)];
    if (a == WordCells::kSeparator) {
      ++at;
      continue;
    }
    const std::size_t after = at + length[a];
    const TokenId b = cells[static_cast<Position>(after)];
    if (b != WordCells::kSeparator) visit(a, b, static_cast<Position>(at), weights);
    at = after;
  }
}

// Finds every pair at or above the threshold with its positions. In parts by left token, so that the sums of all the rare
// pairs need not fit at once.
void MergeLearner::State::search() {
  pairs.clear();
  queue = {};
  const std::size_t parts = length.size() <= kSquareLimit ? 1 : 1 + cells.size() / kCellsPerPart;
  for (std::size_t part = 0; part < parts; ++part) search_part(part, parts);
}

void MergeLearner::State::search_part(std::size_t part, std::size_t parts) {
  PairSums sums(length.size());
  const auto mine = [&](TokenId a) { return parts == 1 || a % parts == part; };
  for_each_pair([&](TokenId a, TokenId b, Position at, WordCells::Weights& weights) {
    if (!mine(a)) return;
    PairSums::Sum& sum = sums.at(a, b);
    sum.count += weights.at(at);
    ++sum.places;
  });
  for (PairSums::Sum& sum : sums.all()) {
    if (sum.count != 0) track(sum.key, sum.count, sum.places, sum.list);
  }
  for_each_pair([&](TokenId a, TokenId b, Position at, WordCells::Weights&) {
    if (!mine(a)) return;
    PairSums::Sum& sum = sums.at(a, b);
    if (sum.list != nullptr) *sum.list++ = at;
  });
}

// The most frequent pair; its count in the queue may be out of date, then it is queued again with the true one.
bool MergeLearner::State::next(Candidate& best) {
  while (!queue.empty()) {
    best = queue.top();
    queue.pop();
    const TrackedPair* pair = pairs.find(best.key);
    if (pair == nullptr) continue;
    if (pair->count == best.count) return true;
    queue.push({pair->count, best.key});
  }
  return false;
}

void MergeLearner::State::replace(PairKey key, TokenId joined) {
  const TokenId a = left_of(key), b = right_of(key);
  const std::uint32_t a_length = length[a], b_length = length[b];
  TrackedPair* pair = pairs.find(key);
  const auto positions = std::move(pair->positions);
  const std::uint32_t listed = pair->listed;
  PairTable::drop(*pair);

  WordCells::Weights weights(cells);
  for (std::uint32_t i = 0; i < listed; ++i) {
    const Position at = positions[i];
    if (i + kAhead < listed) cells.prefetch(positions[i + kAhead]);
    if (cells[at] != a || cells[at + a_length] != b) continue;
    const std::uint64_t weight = weights.at(at);
    const TokenId before = cells[at - 1], after = cells[at + a_length + b_length];
    cells.join(at, a_length, b_length, joined);
    if (before != WordCells::kSeparator) left.add(before, at - length[before], weight);
    if (after != WordCells::kSeparator) right.add(after, at, weight);
  }
}

void MergeLearner::State::decrease(PairKey key, std::uint64_t amount) {
  TrackedPair* pair = pairs.find(key);
  if (pair == nullptr) return;
  pair->count -= amount;
  if (pair->count < threshold) PairTable::drop(*pair);
}

// Turns what replace() saw into counts and position lists.
void MergeLearner::State::account(PairKey key, TokenId joined) {
  const TokenId a = left_of(key), b = right_of(key);
  for (const TokenId before : left.touched) {
    // Where the neighbour was joined a moment ago, the pair lost is (joined, a), which this very step created.
    if (before == joined) {
      right.changes[a].gained -= left.changes[joined].lost;
    } else {
      decrease(pair_key(before, a), left.changes[before].lost);
    }
  }
  for (const TokenId after : right.touched) decrease(pair_key(b, after), right.changes[after].lost);

  for (const TokenId before : left.touched) {
    Change& change = left.changes[before];
    track(pair_key(before, joined), change.gained, change.places, change.list);
  }
  for (const TokenId after : right.touched) {
    Change& change = right.changes[after];
    track(pair_key(joined, after), change.gained, change.places, change.list);
  }
  for (Side* side : {&left, &right}) {
    for (const Place& place : side->places) {
      std::uint32_t*& list = side->changes[place.neighbour].list;
      if (list != nullptr) *list++ = place.position;
    }
    side->reset();
  }
}

MergeLearner::MergeLearner(const WordSource& source) : state_(std::make_unique<State>(source)) {}
MergeLearner::~MergeLearner() = default;

std::vector<LearnedMerge> MergeLearner::learn(std::vector<std::string>& vocabulary, const LearnOptions& options,
                                              const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  State& s = *state_;
  TokenNames names(vocabulary, options);
  s.length.assign(vocabulary.size(), 1);
  s.symbols.assign(options.lengths.begin(), options.lengths.end());
  s.symbols.resize(vocabulary.size(), 1);
  for (Side* side : {&s.left, &s.right}) side->changes.resize(std::max(vocabulary.size(), options.max_tokens) + 1);
  s.max_token_length = options.max_token_length;

  const std::uint64_t floor = std::max<std::uint64_t>(1, options.min_count);
  s.threshold = std::max(floor, options.first_threshold != 0 ? options.first_threshold : std::min<std::uint64_t>(16, s.cells.size() >> 20));
  s.search();

  std::vector<LearnedMerge> merges;
  while (vocabulary.size() < options.max_tokens) {
    Candidate best;
    if (!s.next(best)) {
      if (s.threshold == floor) break;
      s.threshold = std::max(floor, s.threshold / 4);
      s.search();
      continue;
    }
    const TokenId a = left_of(best.key), b = right_of(best.key);
    const std::optional<TokenId> built = names.join(a, b);
    if (!built) {
      PairTable::drop(*s.pairs.find(best.key));
      continue;
    }
    const TokenId joined = *built;
    s.length.resize(vocabulary.size());
    s.symbols.resize(vocabulary.size());
    s.length[joined] = s.length[a] + s.length[b];
    s.symbols[joined] = s.symbols[a] + s.symbols[b];
    merges.push_back({{a, b}, joined, best.count});
    s.replace(best.key, joined);
    s.account(best.key, joined);
    if (progress && merges.size() % kProgressEvery == 0) progress(vocabulary.size(), options.max_tokens);
  }
  return merges;
}

}  // namespace quern::bpe
