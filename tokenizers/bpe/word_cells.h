// The words of a BPE training as one array of cells (see merge_learner.h): where tokens lie, who their neighbours are,
// what a position weighs. Positions are cell numbers. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "tokenizers/definition.h"

namespace quern::bpe {

using Position = std::uint32_t;

class WordCells {
 public:
  static constexpr TokenId kSeparator = 0xFFFFFFFF;  // stands before, between and after words
  static constexpr TokenId kInside = 0xFFFFFFFE;     // neither the first nor the last cell of a token

  using Visit = std::function<void(std::span<const TokenId> symbols, std::uint64_t weight)>;
  explicit WordCells(const std::function<void(const Visit&)>& source);

  std::size_t size() const { return size_; }
  TokenId operator[](Position position) const { return cells_[position]; }
  void prefetch(Position position) const { __builtin_prefetch(&cells_[position], 1); }

  // Joins the token at position (left symbols long) with the one after it (right symbols long).
  void join(Position position, std::uint32_t left, std::uint32_t right, TokenId joined) {
    if (left > 1) cells_[position + left - 1] = kInside;
    if (right > 1) cells_[position + left] = kInside;
    cells_[position] = joined;
    cells_[position + left + right - 1] = joined;
  }

  // Walks upwards: each position asked for must not lie before the last one.
  class Weights {
   public:
    explicit Weights(const WordCells& cells) : cells_(&cells) {}
    std::uint64_t at(Position position) {
      std::uint32_t run = cells_->run_of_block_[position >> kBlockShift];
      if (run < run_) run = run_;
      while (cells_->runs_[run + 1].begin <= position) ++run;
      run_ = run;
      return cells_->runs_[run].weight;
    }

   private:
    const WordCells* cells_;
    std::uint32_t run_ = 0;
  };

 private:
  static constexpr int kBlockShift = 7;
  struct Run {
    std::uint64_t begin;
    std::uint64_t weight;
  };
  std::unique_ptr<TokenId[]> cells_;
  std::size_t size_ = 0;
  std::vector<Run> runs_;                    // by begin; the last one is a sentinel
  std::vector<std::uint32_t> run_of_block_;  // the run that holds the first cell of each block
};

}  // namespace quern::bpe
