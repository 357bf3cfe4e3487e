#include "tokenizers/bpe/word_cells.h"

#include <algorithm>
#include <unordered_map>

#include "core/error.h"

namespace quern::bpe {

WordCells::WordCells(const std::function<void(const Visit&)>& source) {
  // Words of one symbol have no pairs and are left out. First how many cells each weight needs, then where they begin.
  std::unordered_map<std::uint64_t, std::uint64_t> cells_of_weight;
  source([&](std::span<const TokenId> symbols, std::uint64_t weight) {
    if (symbols.size() > 1) cells_of_weight[weight] += symbols.size() + 1;
  });
  std::uint64_t next = 1;
  for (const auto& [weight, cells] : cells_of_weight) runs_.push_back({cells, weight});
  std::sort(runs_.begin(), runs_.end(), [](const Run& a, const Run& b) { return a.weight > b.weight; });
  for (Run& run : runs_) {
    const std::uint64_t cells = run.begin;
    run.begin = cells_of_weight[run.weight] = next;
    next += cells;
  }
  runs_.push_back({next, 0});
  if (next > 0xFFFFFFF0u) {
    throw Error(ErrorCode::unsupported, "the distinct pieces have " + std::to_string(next) + " symbols, at most 4,294,967,280 can be trained on")
        .remedy("train on a sample, or choose a pre-tokenizer that cuts the text into shorter pieces");
  }

  size_ = next;
  cells_.reset(new TokenId[size_]);
  cells_[0] = kSeparator;
  source([&](std::span<const TokenId> symbols, std::uint64_t weight) {
    if (symbols.size() < 2) return;
    std::uint64_t& at = cells_of_weight[weight];
    std::copy(symbols.begin(), symbols.end(), &cells_[at]);
    at += symbols.size();
    cells_[at++] = kSeparator;
  });

  run_of_block_.reserve((size_ >> kBlockShift) + 1);
  std::uint32_t run = 0;
  for (std::uint64_t begin = 0; begin < size_; begin += std::uint64_t{1} << kBlockShift) {
    while (run + 1 < runs_.size() && runs_[run + 1].begin <= begin) ++run;
    run_of_block_.push_back(run);
  }
}

}  // namespace quern::bpe
