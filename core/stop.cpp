#include "core/stop.h"

#include <signal.h>

#include <atomic>
#include <string>

#include "core/error.h"
#include "core/io/unfinished_files.h"

namespace quern {
namespace {

std::atomic<int> first_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

void handle(int signal) {
  if (signal == SIGINT && Stop::requested()) {
    remove_unfinished_files();
    ::signal(SIGINT, SIG_DFL);  // blocked while we are in here, delivered on return
    ::raise(SIGINT);
    return;
  }
  Stop::request(signal);
}

}  // namespace

void Stop::install() {
  struct sigaction action = {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;  // work polls; no system call needs to fail for it
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction old = {};
    // Whoever started us with a signal ignored (nohup, a background job of a script) wants it ignored.
    if (sigaction(signal, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
}

bool Stop::requested() { return first_signal.load(std::memory_order_relaxed) != 0; }

int Stop::signal() { return first_signal.load(std::memory_order_relaxed); }

void Stop::throw_if_requested() {
  const int signal = Stop::signal();
  if (signal == 0) return;
  const std::string name = signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : std::to_string(signal);
  throw Error(ErrorCode::interrupted, "stopped by " + name);
}

void Stop::request(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal, std::memory_order_relaxed);
}

void Stop::reset() { first_signal = 0; }

}  // namespace quern
