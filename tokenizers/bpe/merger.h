// Joining the symbols of one piece, lowest rank first, ties to the left, until no pair is left that joins: what every BPE
// comes down to, whatever its symbols are (bytes, characters, SentencePiece's characters and user-defined pieces).
//
//   Merger merger(vocabulary.size(), merges.size());
//   merger.add({left, right}, rank, result);                  // for every merge
//   Merger::Scratch scratch;                                   // per thread
//   scratch.resize(n); … scratch.ids[i], scratch.lengths[i] …; // the symbols and what each stands for
//   merger.join(scratch, n);
//   for (std::size_t i = 0; i < n; i = scratch.next[i]) use(scratch.ids[i], scratch.lengths[i]);
//
// A few dozen symbols without lengths are quicker in a ShortMerge (short_merge.h). Reading is safe from any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tokenizers/bpe/merge_table.h"
#include "tokenizers/bpe/short_merge.h"
#include "tokenizers/definition/models.h"

namespace quern::bpe {

inline constexpr TokenId kNoToken = 0xFFFFFFFF;

// Looks on while symbols are joined, and may interfere.
class MergeObserver {
 public:
  virtual ~MergeObserver() = default;
  enum class Verdict { join, later, never };  // later: again behind the next pair that is let through
  // A pair is about to be joined (BPE-dropout). Pairs that are no longer there are judged, too, as Hugging Face does: with one
  // of them what was passed over comes back.
  virtual Verdict judge() { return Verdict::join; }
  // Two symbols have become neighbours that could join.
  virtual void could_join(TokenId left, TokenId right, TokenId result) { (void)left, (void)right, (void)result; }
};

class Merger {
 public:
  static constexpr std::uint32_t kNone = MergeTable::kNone;
  static constexpr std::size_t kMostMerges = ShortMerge::kRankLimit / 2;

  // Working arrays of one piece, by symbol.
  struct Scratch {
    static constexpr std::uint64_t kBytesPerSymbol = 48;  // five arrays, and the queue while it grows
    static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

    explicit Scratch(std::uint64_t memory_in = kUnlimited) : memory(memory_in) {}
    // Makes room for `size` symbols. Error{memory} when they would take more than `memory`.
    void resize(std::size_t size);

    std::uint64_t memory;
    std::vector<TokenId> ids;
    std::vector<std::uint32_t> lengths;
    std::vector<std::uint32_t> ranks;  // of the pair a symbol begins
    std::vector<std::uint32_t> previous, next;
    std::vector<std::uint64_t> queue, passed_over;  // a heap of priority << 32 | symbol
  };

  // Ids are below vocabulary_size, ranks below `merges`; both at most kMostMerges, else Error{unsupported}.
  Merger(std::size_t vocabulary_size, std::size_t merges);

  // Several pairs may have one rank when they have one result.
  void add(Merge merge, std::uint32_t rank, TokenId result);
  // Ranks with equal priority go from left to right as if they were one; without a call a rank is its priority. `priorities`
  // by rank, not falling.
  void set_priorities(std::vector<std::uint32_t> priorities);

  std::uint32_t rank(TokenId left, TokenId right) const { return table_.find(left, right); }
  TokenId result(std::uint32_t rank) const { return ids_follow_ranks_ ? rank + first_result_ : results_[rank]; }
  std::size_t size() const { return results_.size(); }
  bool has_ties() const { return !priorities_.empty(); }

  // Up to ShortMerge::kMost symbols in row.ids(), ranks of neighbours set; there must be no ties. How many are left.
  std::size_t join(ShortMerge& row, std::size_t size) const { return row.run(size, *this); }
  // The first `size` symbols of the scratch; those left are the chain by `next` that begins at 0.
  void join(Scratch& scratch, std::size_t size) const;
  void join(Scratch& scratch, std::size_t size, MergeObserver& observer) const;

 private:
  std::uint32_t priority(std::uint32_t rank) const { return priorities_.empty() ? rank : priorities_[rank]; }
  template <class Observer>
  class Run;

  MergeTable table_;
  std::vector<TokenId> results_;
  // Trained vocabularies list tokens in the order of their merges: then a result is told without memory being read.
  TokenId first_result_ = 0;  // minus the rank, modulo 2^32
  bool ids_follow_ranks_ = true;
  std::vector<std::uint32_t> priorities_;
};

}  // namespace quern::bpe
