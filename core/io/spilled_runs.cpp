#include "core/io/spilled_runs.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/error.h"
#include "core/io/run_merge.h"
#include "core/io/sorted_run.h"

namespace quern {
namespace {

constexpr std::size_t kLeastBlock = std::size_t{16} << 10, kMostBlock = std::size_t{512} << 10;
constexpr std::size_t kBlocksInMemory = 32;  // with blocks of the least and the most size there are fewer or more
constexpr std::size_t kLeastLanes = 8, kMostLanes = 256;

// A merge together with the runs that it reads.
class Owning final : public CountSource {
 public:
  Owning(std::unique_ptr<SpilledRuns> runs, std::unique_ptr<CountSource> merged) : runs_(std::move(runs)), merged_(std::move(merged)) {}
  bool next() override {
    if (!merged_->next()) return false;
    key_ = merged_->key();
    count_ = merged_->count();
    return true;
  }

 private:
  std::unique_ptr<SpilledRuns> runs_;
  std::unique_ptr<CountSource> merged_;
};

}  // namespace

SpilledRuns::SpilledRuns(std::string tmpdir, std::uint64_t memory)
    : tmpdir_(std::move(tmpdir)),
      memory_(memory),
      block_bytes_(std::clamp<std::size_t>(memory / kBlocksInMemory, kLeastBlock, kMostBlock)),
      lanes_(std::clamp<std::size_t>(memory / block_bytes_, kLeastLanes, kMostLanes)),
      file_(std::make_unique<SpillFile>(tmpdir_)) {}

SpilledRuns::Run SpilledRuns::store(CountSource& source, std::uint64_t& total, std::uint64_t& key_bytes) {
  Run run;
  RunWriter writer([&](std::string_view bytes) { run.push_back(file_->append(bytes)); }, block_bytes_);
  while (source.next()) writer.add(source.key(), source.count());
  writer.finish();
  total = writer.total();
  key_bytes = writer.key_bytes();
  return run;
}

void SpilledRuns::write(CountSource& source) {
  std::uint64_t total = 0, key_bytes = 0;
  Run run = store(source, total, key_bytes);
  const std::lock_guard lock(mutex_);
  if (!run.empty()) runs_.push_back(std::move(run));
  key_bytes_ += key_bytes;
  if (__builtin_add_overflow(total_, total, &total_)) {
    throw Error(ErrorCode::unsupported, "counts add up to more than 2^64");
  }
}

std::unique_ptr<CountSource> SpilledRuns::reader_of(const Run& run, bool release) const {
  struct Place {
    std::string buffer;
    std::size_t next = 0;
  };
  return std::make_unique<RunReader>(
      [file = file_.get(), &run, release, place = std::make_shared<Place>()]() -> std::string_view {
        if (release && place->next > 0) file->release(run[place->next - 1]);
        if (place->next == run.size()) return {};
        return file->read(run[place->next++], place->buffer);
      },
      file_->directory());
}

// Merges runs until `lanes` are left; those from the end first, so that each round takes others.
void SpilledRuns::merge_surplus(std::size_t lanes) {
  while (runs_.size() > lanes) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(lanes_, runs_.size() - lanes + 1));
    const std::vector<Run> merged(std::make_move_iterator(runs_.end() - count), std::make_move_iterator(runs_.end()));
    runs_.resize(runs_.size() - merged.size());
    std::vector<std::unique_ptr<CountSource>> sources;
    for (const Run& run : merged) sources.push_back(reader_of(run, true));
    RunMerge merge(std::move(sources));
    std::uint64_t same_total = 0, fewer_bytes = 0;
    runs_.insert(runs_.begin(), store(merge, same_total, fewer_bytes));
  }
}

// Merges more sources than may be read at once, a share of them at a time.
std::unique_ptr<CountSource> SpilledRuns::merge_shares(std::vector<std::unique_ptr<CountSource>> sources) const {
  auto shares = std::make_unique<SpilledRuns>(tmpdir_, memory_);
  for (auto from = sources.begin(); from != sources.end();) {
    const auto to = from + std::min(static_cast<std::ptrdiff_t>(lanes_), sources.end() - from);
    RunMerge share({std::make_move_iterator(from), std::make_move_iterator(to)});
    shares->write(share);
    from = to;
  }
  auto merged = shares->merge();
  return std::make_unique<Owning>(std::move(shares), std::move(merged));
}

std::unique_ptr<CountSource> SpilledRuns::merge(std::vector<std::unique_ptr<CountSource>> more) {
  if (more.size() > lanes_ / 2) {
    auto merged = merge_shares(std::move(more));
    more.clear();
    more.push_back(std::move(merged));
  }
  merge_surplus(lanes_ - more.size());
  for (const Run& run : runs_) more.push_back(reader_of(run, false));
  return std::make_unique<RunMerge>(std::move(more));
}

void SpilledRuns::clear() {
  most_bytes_ = most_bytes();
  runs_.clear();
  total_ = key_bytes_ = 0;
  file_ = std::make_unique<SpillFile>(tmpdir_);
}

}  // namespace quern
