#include "corpora/corpus_counter.h"

#include <optional>
#include <utility>

#include "core/error.h"
#include "core/io/input.h"
#include "core/stop.h"
#include "core/threads.h"
#include "corpora/saved_counts.h"

namespace quern {
namespace {

// Sorting and writing what is in memory must take seconds, so that a stop does.
constexpr std::uint64_t kMostTable = std::uint64_t{256} << 20;
constexpr std::uint64_t kMostUnsaved = std::uint64_t{512} << 20;
constexpr std::uint64_t kPollEvery = 4096;

ExternalCounts::Options options_of(const CountJob& job) {
  const auto threads = static_cast<std::uint64_t>(job.threads);
  const std::uint64_t most = threads * kMostTable / 3 * 4;
  // Blocks of text in flight (core/threads.h), and one of each worker's, are within the budget too.
  const std::uint64_t blocks = (3 * threads + 2) * job.blocks.block_bytes;
  const std::uint64_t memory = job.memory - std::min(blocks, job.memory / 4);
  return {.workers = job.threads, .memory = job.save_folder.empty() ? memory : std::min(memory, most), .tmpdir = job.tmpdir};
}

SavedCounts::Settings settings_of(const CountJob& job) {
  SavedCounts::Settings settings = job.settings;
  settings.emplace_back("the fingerprint", job.fingerprint);
  settings.emplace_back("--shard", std::to_string(job.blocks.shard.index + 1) + "/" + std::to_string(job.blocks.shard.count));
  std::string files;
  for (const std::string& file : job.files) files += (files.empty() ? "" : ", ") + file + " (" + std::to_string(size_on_disk(file)) + " bytes)";
  settings.emplace_back("the input", files.empty() ? "standard input" : files);
  return settings;
}

}  // namespace

struct CorpusCounter::State {
  State(CountJob given, CountBlock function) : job(std::move(given)), count_block(std::move(function)), counts(options_of(job)) {
    if (job.save_folder.empty()) return;
    saved.emplace(job.save_folder, settings_of(job), job.fingerprint);
    if (!saved->exists()) return;
    if (!job.resume) {
      throw Error(ErrorCode::usage, "an unfinished count is saved here").at(job.save_folder).remedy("go on with --resume, or start over with --force");
    }
    saved->load();
    place = saved->place();
    damage = saved->damage();
    resumed = saved->exists();
  }

  CountJob job;
  CountBlock count_block;
  ExternalCounts counts;  // since the last saving
  std::optional<SavedCounts> saved;
  InputPlace place;
  RecordDamage damage;
  bool resumed = false;
  bool taken_in = false;  // what is saved is in counts too

  // Blocks until the input ends (then false) or it is time to save.
  bool count_for_a_while(BlockReader& reader, const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  void save() {
    const auto all = counts.sorted();
    saved->save(*all, place, damage);
    counts.clear();
  }
  void obey_stop() {
    if (!saved || !Stop::requested()) return;
    save();
    throw Error(ErrorCode::interrupted, std::string("stopped by ") + (Stop::signal() == 2 ? "SIGINT" : "SIGTERM") + "; what was counted is saved")
        .at(job.save_folder)
        .remedy("go on with --resume");
  }
};

bool CorpusCounter::State::count_for_a_while(BlockReader& reader, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const auto until = std::chrono::steady_clock::now() + job.save_every;
  bool ended = false, any = false;
  std::vector<TextBlock> blocks(static_cast<std::size_t>(job.threads));
  ordered_for_each<RawBlock, RecordDamage>(
      job.threads,
      [&](RawBlock& raw) {
        if (saved && any && (Stop::requested() || std::chrono::steady_clock::now() >= until || counts.spilled_bytes() > kMostUnsaved)) return false;
        try {
          ended = !reader.next(raw);
        } catch (const Error& error) {
          if (error.code() != ErrorCode::interrupted) throw;
          return false;  // while waiting for a pipe; place() is behind the block before
        }
        any = true;
        return !ended;
      },
      [&](RawBlock& raw, int worker) {
        TextBlock& block = blocks[static_cast<std::size_t>(worker)];
        extract(raw, job.format, block);
        count_block(block, worker, counts);
        return block.damage();
      },
      [&](const RecordDamage& met) {
        damage.add(met);
        if (progress) progress(reader.position(), reader.total());
      });
  place = reader.place();
  return !ended;
}

CorpusCounter::CorpusCounter(CountJob job, CountBlock count_block)
    : state_(std::make_unique<State>(std::move(job), std::move(count_block))) {}
CorpusCounter::~CorpusCounter() = default;

bool CorpusCounter::resumed() const { return state_->resumed; }

RecordDamage CorpusCounter::run(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  State& s = *state_;
  BlockOptions options = s.job.blocks;
  options.start = s.place;
  BlockReader reader(s.job.files, s.job.format, options);
  std::uint64_t marks = 0;  // of the reader's, which only grow, those added to what is saved
  const auto add_marks = [&] {
    RecordDamage met = reader.damage();
    met.byte_order_marks -= std::exchange(marks, met.byte_order_marks);
    if (met.byte_order_marks > 0) s.damage.add(met);
  };
  while (s.count_for_a_while(reader, progress)) {
    add_marks();
    s.obey_stop();
    s.save();
  }
  add_marks();
  s.obey_stop();
  return s.damage;
}

void CorpusCounter::for_each(const ExternalCounts::Visit& visit) {
  State& s = *state_;
  const auto all = s.counts.sorted(s.saved ? s.saved->runs() : std::vector<std::unique_ptr<CountSource>>());
  for (std::uint64_t i = 0; all->next(); ++i) {
    visit(all->key(), all->count());
    if (i % kPollEvery == 0) s.obey_stop();
  }
}

void CorpusCounter::announce_result() {
  if (state_->saved && state_->saved->is_saved()) state_->saved->announce_result();
}

bool CorpusCounter::result_was_announced() const { return state_->saved && state_->saved->result_was_announced(); }

void CorpusCounter::remove_saved() {
  if (state_->saved && state_->saved->exists()) state_->saved->remove();
}

ExternalCounts& CorpusCounter::counts() {
  State& s = *state_;
  if (s.saved && !s.taken_in) {
    for (const auto& run : s.saved->runs()) s.counts.add_sorted(*run);
    s.taken_in = true;
  }
  return s.counts;
}

void remove_saved_counts(const std::string& folder) {
  SavedCounts saved(folder, {}, {});
  if (saved.is_saved()) saved.remove();
}

std::uint64_t CorpusCounter::most_spilled_bytes() const { return state_->counts.most_spilled_bytes(); }

}  // namespace quern
