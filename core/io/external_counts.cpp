#include "core/io/external_counts.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/io/run_merge.h"
#include "core/io/sorted_run.h"
#include "core/threads.h"

namespace quern {
namespace {

// Three quarters of the budget are for tables, the rest for the blocks that are read while runs are merged.
constexpr std::uint64_t kLeastTable = std::uint64_t{1} << 20;
constexpr std::size_t kLeastBlock = std::size_t{16} << 10, kMostBlock = std::size_t{512} << 10;
constexpr std::size_t kLeastLanes = 8, kMostLanes = 256;

std::size_t table_limit(const ExternalCounts::Options& options) {
  return std::max(options.memory / 4 * 3 / static_cast<std::uint64_t>(options.workers), kLeastTable);
}

}  // namespace

ExternalCounts::ExternalCounts(const Options& options)
    : options_(options),
      block_bytes_(std::clamp<std::size_t>(options.memory / 128, kLeastBlock, kMostBlock)),
      file_(std::make_unique<SpillFile>(options.tmpdir)) {
  for (int i = 0; i < options.workers; ++i) workers_.push_back({CountTable(table_limit(options))});
}

void ExternalCounts::spill_and_add(int worker, std::string_view bytes, std::uint64_t count) {
  CountTable& table = workers_[static_cast<std::size_t>(worker)].table;
  table.sort();
  spill_table(table);
  (void)table.add(bytes, 0, count);  // an empty table takes everything
}

// Of a sorted table; any thread, for its own table.
void ExternalCounts::spill_table(CountTable& table) {
  if (table.distinct() == 0) return;
  CountTable::Cursor cursor(table);
  write_run(cursor);
  table.clear();
}

void ExternalCounts::write_run(CountSource& source) {
  Run run;
  RunWriter writer([&](std::string_view bytes) { run.blocks.push_back(file_->append(bytes)); }, block_bytes_);
  while (source.next()) writer.add(source.key(), source.count());
  writer.finish();
  const std::lock_guard lock(mutex_);
  runs_.push_back(std::move(run));
  if (__builtin_add_overflow(spilled_total_, writer.total(), &spilled_total_)) {
    throw Error(ErrorCode::unsupported, "counts add up to more than 2^64");
  }
}

void ExternalCounts::sort_tables() {
  if (std::exchange(sorted_, true)) return;
  parallel_for(options_.workers, workers_.size(), [&](std::size_t i) { workers_[i].table.sort(); });
}

std::unique_ptr<CountSource> ExternalCounts::reader_of(const Run& run, bool release) const {
  struct Reading {
    std::string buffer;
    std::size_t next = 0;
  };
  auto reading = std::make_shared<Reading>();
  return std::make_unique<RunReader>(
      [this, &run, reading, release]() -> std::string_view {
        if (release && reading->next > 0) file_->release(run.blocks[reading->next - 1]);
        if (reading->next == run.blocks.size()) return {};
        return file_->read(run.blocks[reading->next++], reading->buffer);
      },
      file_->directory());
}

// So many at once as there is memory for; the smallest first, which come from the end of the counting.
void ExternalCounts::merge_surplus_runs(std::size_t lanes) {
  while (runs_.size() > lanes) {
    const std::size_t count = std::min(lanes, runs_.size() - lanes + 1);
    const std::vector<Run> merged(std::make_move_iterator(runs_.end() - static_cast<std::ptrdiff_t>(count)), std::make_move_iterator(runs_.end()));
    runs_.resize(runs_.size() - count);
    std::vector<std::unique_ptr<CountSource>> sources;
    for (const Run& run : merged) sources.push_back(reader_of(run, true));
    RunMerge merge(std::move(sources));
    const std::uint64_t total = spilled_total_;
    write_run(merge);
    spilled_total_ = total;
    std::rotate(runs_.begin(), runs_.end() - 1, runs_.end());
  }
}

void ExternalCounts::for_each(const Visit& visit) {
  merge_surplus_runs(std::clamp<std::size_t>(options_.memory / 4 / block_bytes_, kLeastLanes, kMostLanes));
  sort_tables();
  std::vector<std::unique_ptr<CountSource>> sources;
  for (const Run& run : runs_) sources.push_back(reader_of(run, false));
  for (const Worker& worker : workers_) {
    if (worker.table.distinct() != 0) sources.push_back(std::make_unique<CountTable::Cursor>(worker.table));
  }
  RunMerge merge(std::move(sources));
  while (merge.next()) visit(merge.key(), merge.count());
}

void ExternalCounts::spill() {
  sort_tables();
  parallel_for(options_.workers, workers_.size(), [&](std::size_t i) {
    spill_table(workers_[i].table);
    workers_[i].table = CountTable(table_limit(options_));
  });
  sorted_ = false;
}

void ExternalCounts::clear() {
  for (Worker& worker : workers_) worker.table.clear();
  sorted_ = false;
  runs_.clear();
  spilled_total_ = 0;
  file_ = std::make_unique<SpillFile>(options_.tmpdir);
}

const CountTable* ExternalCounts::gather() {
  if (spilled() || sorted_) return nullptr;
  std::uint64_t memory = 0;
  for (const Worker& worker : workers_) memory += worker.table.memory();
  if (workers_.size() > 1 && memory > options_.memory / 4) return nullptr;
  CountTable& first = workers_.front().table;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    first.add(workers_[i].table);
    workers_[i].table = CountTable(table_limit(options_));
  }
  return &first;
}

std::uint64_t ExternalCounts::total() const {
  std::uint64_t total = spilled_total_;
  for (const Worker& worker : workers_) total += worker.table.total();
  return total;
}

}  // namespace quern
