// Sorted runs in temporary data: written by any thread, merged when all are there.
//
//   SpilledRuns runs(tmpdir, memory);
//   runs.write(source);                                            // any thread
//   const auto merged = runs.merge(std::move(more));               // these and other sources as one
//   while (merged->next()) use(merged->key(), merged->count());
//
// No more runs are read at once than `memory` has blocks for; where there are more, some are first merged into larger ones. Nothing
// is left on the disk in any case (core/io/spill_file.h). merge(), clear() and what merge() returned: one thread, while nobody
// writes; the runs must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/count_source.h"
#include "core/io/spill_file.h"

namespace quern {

class SpilledRuns {
 public:
  SpilledRuns(std::string tmpdir, std::uint64_t memory);

  void write(CountSource& source);
  std::unique_ptr<CountSource> merge(std::vector<std::unique_ptr<CountSource>> more = {});
  void clear();

  bool empty() const { return runs_.empty(); }
  std::uint64_t total() const { return total_; }              // of all counts
  std::uint64_t key_bytes() const { return key_bytes_; }      // of the strings; one that is in several runs counts for each
  std::uint64_t bytes() const { return file_->bytes(); }      // on the disk now
  std::uint64_t most_bytes() const { return most_bytes_ > file_->most_bytes() ? most_bytes_ : file_->most_bytes(); }

 private:
  using Run = std::vector<SpillFile::Block>;
  Run store(CountSource& source, std::uint64_t& total, std::uint64_t& key_bytes);
  void merge_surplus(std::size_t lanes);
  std::unique_ptr<CountSource> merge_shares(std::vector<std::unique_ptr<CountSource>> sources) const;
  std::unique_ptr<CountSource> reader_of(const Run& run, bool release) const;

  std::string tmpdir_;
  std::uint64_t memory_;
  std::size_t block_bytes_, lanes_;
  std::unique_ptr<SpillFile> file_;
  std::uint64_t most_bytes_ = 0;  // of files before this one
  std::mutex mutex_;              // of runs_ and the sums
  std::vector<Run> runs_;
  std::uint64_t total_ = 0, key_bytes_ = 0;
};

}  // namespace quern
