#include "core/io/external_counts.h"

#include <algorithm>
#include <utility>

#include "core/threads.h"

namespace quern {
namespace {

// Three quarters of the budget are for tables, the rest for the blocks that are read while runs are merged.
constexpr std::uint64_t kLeastTable = std::uint64_t{1} << 20;

std::size_t table_limit(const ExternalCounts::Options& options) {
  return std::max(options.memory / 4 * 3 / static_cast<std::uint64_t>(options.workers), kLeastTable);
}

CountTable unsorted(const CountTable& table) {
  CountTable fresh;
  table.for_each([&](std::string_view bytes, std::uint64_t count) { (void)fresh.add(bytes, 0, count); });
  return fresh;
}

}  // namespace

ExternalCounts::ExternalCounts(const Options& options)
    : options_(options), runs_(options.tmpdir, options.memory / 4) {
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
  runs_.write(cursor);
  table.clear();
}

void ExternalCounts::sort_tables() {
  if (std::exchange(sorted_, true)) return;
  parallel_for(options_.workers, workers_.size(), [&](std::size_t i) { workers_[i].table.sort(); });
}

std::unique_ptr<CountSource> ExternalCounts::sorted(std::vector<std::unique_ptr<CountSource>> more) {
  sort_tables();
  for (const Worker& worker : workers_) {
    if (worker.table.distinct() != 0) more.push_back(std::make_unique<CountTable::Cursor>(worker.table));
  }
  return runs_.merge(std::move(more));
}

void ExternalCounts::for_each(const Visit& visit) {
  const auto all = sorted();
  while (all->next()) visit(all->key(), all->count());
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
  for (Worker& worker : workers_) worker.table = CountTable(table_limit(options_));
  sorted_ = false;
  runs_.clear();
}

const CountTable* ExternalCounts::gather() {
  if (spilled()) return nullptr;
  std::uint64_t memory = 0;
  for (const Worker& worker : workers_) memory += worker.table.memory();
  if (workers_.size() > 1 && memory > options_.memory / 4) return nullptr;
  CountTable& first = workers_.front().table;
  if (workers_.size() == 1) return &first;
  if (std::exchange(sorted_, false)) {  // their hashes are gone
    for (Worker& worker : workers_) worker.table = unsorted(worker.table);
  }
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    first.add(workers_[i].table);
    workers_[i].table = CountTable(table_limit(options_));
  }
  return &first;
}

std::uint64_t ExternalCounts::total() const {
  std::uint64_t total = runs_.total();
  for (const Worker& worker : workers_) total += worker.table.total();
  return total;
}

}  // namespace quern
