// What a corpus is made of, counted by blocks on any thread and added up in input order.
//
//   CorpusStatistics total(memory_budget);
//   for_each_block<BlockStatistics>(reader, format, threads,
//       [&](const TextBlock& block, int worker) { return measure(block, breakers[worker]); },
//       [&](const BlockStatistics& block) { total.add(block); });
//
// Terminators are no part of records. Characters are code points; an ill-formed sequence counts as the one U+FFFD that
// would replace it. Words are ICU's (core/text/unicode.h). Every number is exact.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/text/unicode.h"
#include "corpora/duplicate_counter.h"
#include "corpora/text_blocks.h"

namespace quern {

struct BlockStatistics {
  std::uint64_t bytes = 0, words = 0;
  std::vector<std::uint64_t> lengths;  // of each record, in characters
  std::vector<Hash128> hashes;         // of each record
  std::vector<std::uint64_t> scripts;  // characters by unicode::script
};

BlockStatistics measure(const TextBlock& block, unicode::WordBreaker& breaker);

class CorpusStatistics {
 public:
  explicit CorpusStatistics(std::uint64_t memory_budget) : duplicates_(memory_budget) {}
  void add(const BlockStatistics& block);

  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t words() const { return words_; }
  std::uint64_t records() const { return records_; }
  std::uint64_t empty_records() const;
  std::uint64_t characters() const { return characters_; }
  const DuplicateCounter& duplicates() const { return duplicates_; }

  // The smallest length that at least that share of the records do not exceed; 0 without records.
  std::uint64_t length_quantile(double share) const;

  struct ScriptShare {
    std::string name;
    std::uint64_t characters;
  };
  std::vector<ScriptShare> scripts() const;  // most frequent first, ties by name

 private:
  std::uint64_t bytes_ = 0, words_ = 0, records_ = 0, characters_ = 0;
  std::map<std::uint64_t, std::uint64_t> lengths_;  // length → records: few, since distinct lengths add up
  std::vector<std::uint64_t> scripts_;
  DuplicateCounter duplicates_;
};

}  // namespace quern
