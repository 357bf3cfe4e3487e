// Counting more distinct byte strings than fit into memory: each worker counts into a table of its own; a full table is
// sorted and spilled to disk; in the end all of it is merged.
//
//   ExternalCounts counts({.workers = threads, .memory = budget, .tmpdir = tmpdir});
//   counts.add(worker, " grind");                          // any thread, each with its own worker number
//   counts.for_each([](std::string_view bytes, std::uint64_t count) { … });    // ascending; as often as needed
//
// The sums, and so what for_each gives, depend on nothing but what was added: not on workers, memory or order. Memory stays
// within the budget, the longest string apart. A full disk is Error{io}; nothing is left on it in any case
// (core/io/spill_file.h). for_each and the calls below it: one thread, while nobody adds; behind for_each nothing is added
// before spill() or clear().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/count_source.h"
#include "core/count_table.h"
#include "core/io/spilled_runs.h"

namespace quern {

class ExternalCounts {
 public:
  struct Options {
    int workers = 1;
    std::uint64_t memory = std::uint64_t{1} << 30;
    std::string tmpdir = {};
  };
  explicit ExternalCounts(const Options& options);

  void add(int worker, std::string_view bytes, std::size_t readable = 0, std::uint64_t count = 1) {
    CountTable& table = workers_[static_cast<std::size_t>(worker)].table;
    if (!table.add(bytes, readable, count)) [[unlikely]] spill_and_add(worker, bytes, count);
  }

  using Visit = std::function<void(std::string_view bytes, std::uint64_t count)>;
  void for_each(const Visit& visit);
  // The same as a source, with `more` merged in; what is returned reads from here.
  std::unique_ptr<CountSource> sorted(std::vector<std::unique_ptr<CountSource>> more = {});
  // Writes out what is in memory, so that nearly all of it is free; what was added stays counted.
  void spill();
  void clear();
  // All in one table, or nullptr where that is more than the budget allows: for work that needs no order.
  const CountTable* gather();

  std::uint64_t total() const;  // of counts added; checked by for_each only
  bool spilled() const { return !runs_.empty(); }
  std::uint64_t spilled_bytes() const { return runs_.bytes(); }  // on the disk now
  std::uint64_t spilled_key_bytes() const { return runs_.key_bytes(); }  // of the distinct strings there, or more
  std::uint64_t most_spilled_bytes() const { return runs_.most_bytes(); }
  // Adds a whole source in order, past the tables.
  void add_sorted(CountSource& source) { runs_.write(source); }

 private:
  struct alignas(64) Worker {
    CountTable table;
  };
  void spill_and_add(int worker, std::string_view bytes, std::uint64_t count);
  void spill_table(CountTable& table);
  void sort_tables();

  Options options_;
  std::vector<Worker> workers_;
  bool sorted_ = false;
  SpilledRuns runs_;
};

}  // namespace quern
