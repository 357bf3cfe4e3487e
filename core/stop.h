// "Please stop": a flag set by SIGINT and SIGTERM and polled by long work.
//
//   Stop::install();
//   while (step()) {
//     if (Stop::requested()) save();
//     Stop::throw_if_requested();
//   }
//
// The first signal sets the flag; work that polls it saves what it has and throws Error{interrupted}. A SIGINT after that
// ends the process at once. A signal that was ignored when the process began stays ignored. Streaming commands do not
// install this: cli/main.cpp lets them die quietly, their temporary files removed. Any thread may poll.
#pragma once

namespace quern {

class Stop {
 public:
  static void install();        // handlers for SIGINT and SIGTERM; called once, by commands that save
  static bool requested();      // async-signal-safe to set, cheap to poll
  static int signal();          // the one that came first, or 0
  static void throw_if_requested();
  static void request(int signal);  // what the handler does; for tests
  static void reset();              // for tests
};

}  // namespace quern
