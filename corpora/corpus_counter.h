// Counting the units of a corpus as a job that can be stopped and gone on with.
//
//   CorpusCounter counter({.files = files, .threads = 8, .save_folder = "en.run.partial", …}, count_words);
//   const RecordDamage damage = counter.run(progress);
//   counter.for_each([&](std::string_view unit, std::uint64_t count) { writer.add(unit, count); });
//   writer.finish();
//   counter.announce_result();
//   out.commit();
//   counter.remove_saved();
//
// With a save folder, what was counted is saved there every `save_every` seconds, and when a stop is asked for
// (core/stop.h), which then is Error{interrupted}. Saved is one count run for each time, and state.json, which names the runs
// that count and the place in the input behind them; it is replaced atomically after the run is on the disk. So a killed
// job, kill -9 included, loses at most what it did since the last time, and a resumed one gives the bytes of an undisturbed
// one. The folder is made by the first saving, and locked against a second process.
//
// A resumed job must have the same settings and inputs (names and sizes): Error{usage} names each difference. What comes
// from a pipe is read up to the saved place and not counted again.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/io/external_counts.h"
#include "corpora/text_blocks.h"

namespace quern {

struct CountJob {
  std::vector<std::string> files;
  RecordFormat format = {};
  BlockOptions blocks = {};
  int threads = 1;
  std::uint64_t memory = std::uint64_t{1} << 30;
  std::string tmpdir = {};
  std::string fingerprint = {};  // of the count runs
  std::string save_folder = {};  // empty: nothing is saved
  bool resume = false;       // go on with what is saved; without it something saved is Error{usage}
  std::chrono::milliseconds save_every{60'000};
  // Everything that decides what is counted, as (option, value): a resumed job must have the same.
  std::vector<std::pair<std::string, std::string>> settings = {};
};

class CorpusCounter {
 public:
  using CountBlock = std::function<void(const TextBlock& block, int worker, ExternalCounts& counts)>;
  CorpusCounter(CountJob job, CountBlock count_block);
  ~CorpusCounter();

  bool resumed() const;  // something was saved
  // Counts the input, or the rest of it. progress(bytes on disk consumed, all bytes or 0).
  RecordDamage run(const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});
  // All units, ascending. Obeys a stop as run() does.
  void for_each(const ExternalCounts::Visit& visit);
  // The result is about to appear under its name. A job that is killed between that and remove_saved() knows the file it
  // then finds for its own.
  void announce_result();
  bool result_was_announced() const;
  // The result is safe elsewhere: the save folder goes.
  void remove_saved();

  // What was counted, with what is saved taken in; for learning from it. run() comes before.
  ExternalCounts& counts();
  std::uint64_t most_spilled_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Forgets what an unfinished job saved there; nothing happens to any other folder.
void remove_saved_counts(const std::string& folder);

}  // namespace quern
