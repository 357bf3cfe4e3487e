// Training, whatever the model: texts in (from any number of threads), a tokenizer definition out.
//
//   auto trainer = make_bpe_trainer(settings, threads, memory_budget);
//   trainer->count(text, worker);               // any thread; `worker` in [0, threads) has its own counts
//   TokenizerDefinition d = trainer->finish(progress);
//
// The result does not depend on threads, on the order of the texts or on how they were grouped: counts are sums.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "tokenizers/definition.h"

namespace quern {

struct TrainingReport {
  std::uint64_t pieces = 0;           // pieces counted
  std::uint64_t distinct_pieces = 0;
  std::size_t vocabulary = 0;
  std::size_t merges = 0;
  std::uint64_t last_count = 0;       // of the last merge: how thin the evidence was
};

class Trainer {
 public:
  virtual ~Trainer() = default;
  virtual void count(std::string_view text, int worker) = 0;
  // progress(done, total) after each batch of merges.
  virtual TokenizerDefinition finish(const std::function<void(std::uint64_t, std::uint64_t)>& progress) = 0;
  virtual const TrainingReport& report() const = 0;
};

}  // namespace quern
