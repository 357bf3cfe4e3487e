// "Please stop": a flag set by SIGINT, SIGTERM and SIGHUP-like requests and polled by long work.
//
// The first signal sets the flag; work that polls it saves what it has and throws Error{interrupted}. The second SIGINT
// ends the process at once. Streaming commands do not install it: they keep the default action and die quietly.
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
