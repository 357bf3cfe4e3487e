// What a long job tells the person waiting: a bar on a terminal, a plain line every 30 s elsewhere, nothing when not asked.
//
//   Progress progress(mode, "counting", total_bytes, "B");    // total 0: unknown
//   progress.advance(n);                                       // any thread, cheap
//
//   counting  35% [=======>            ] 1.2 GiB of 3.4 GiB, 210.4 MiB/s, 0:11 left
//
// Writes to stderr only. The bar is redrawn at most ten times a second, cleared by finish() and before any notice.
// Rate and time left come from the last ten seconds. Drawing happens inside advance(): there is no thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace quern {

// automatic: a bar on a terminal, lines when the job is longer than 30 s; always: a last line even when it is not.
enum class ProgressMode { automatic, always, never };

// Where progress is shown, and the clock. Tests bring their own.
struct ProgressDisplay {
  using Time = std::chrono::steady_clock::time_point;

  int descriptor = 2;
  bool is_terminal = false;
  int columns = 0;  // 0: ask the terminal at every drawing
  std::function<Time()> now = std::chrono::steady_clock::now;

  static ProgressDisplay standard_error();
};

class Progress {
 public:
  Progress(ProgressMode mode, std::string what, std::uint64_t total, std::string unit,
           ProgressDisplay display = ProgressDisplay::standard_error());
  Progress(const Progress&) = delete;
  ~Progress();  // finish()

  void advance(std::uint64_t amount);
  void finish();  // nothing is shown afterwards
  // Clears a bar that is being drawn, so that a message on stderr starts on an empty line.
  static void clear_line();

 private:
  struct State;
  std::unique_ptr<State> state_;  // null: nothing is shown
};

}  // namespace quern
