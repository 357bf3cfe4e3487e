// What a long job tells the person waiting: a bar on a terminal, a plain line every 30 s elsewhere, nothing when not asked.
//
//   Progress progress(mode, "counting", total_bytes, "B");    // total 0: unknown
//   progress.advance(n);                                       // any thread, cheap
//
// Writes to stderr only. The bar is redrawn at most ten times a second, cleared by finish() and before any notice.
// Rate and ETA come from the last ten seconds.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace quern {

enum class ProgressMode { automatic, always, never };  // automatic: bar on a terminal, lines when the job is longer than 30 s

class Progress {
 public:
  Progress(ProgressMode mode, std::string what, std::uint64_t total, std::string unit);
  Progress(const Progress&) = delete;
  ~Progress();  // finish()

  void advance(std::uint64_t amount);
  void finish();
  // Clears a bar that is being drawn, so that a message on stderr starts on an empty line.
  static void clear_line();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern
