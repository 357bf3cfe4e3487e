// System calls that fail on demand: the n-th call of a scope, counted over all kinds, returns an error instead of being
// made. Loop n until no call is left to see a writer's every way to fail.
//
//   for (int n = 0;; ++n) {
//     FailingCalls faults({.call = n, .error = ENOSPC});
//     … write a file …
//     if (!faults.happened()) break;
//   }
//
// One scope at a time, one thread: the table is global.
#pragma once

#include <cerrno>

#include "core/io/system_calls.h"

namespace quern::test {

struct Fault {
  int call = -1;             // which call fails, from 0; -1: none
  int error = EIO;           // with which errno
  bool short_write = false;  // instead: a write takes one byte and succeeds (other calls: nothing happens)
  bool sticky = false;       // all later calls fail too
};

class FailingCalls {
 public:
  explicit FailingCalls(Fault fault) : real_(system_calls()) {
    state() = {fault, real_, 0, false};
    system_calls() = {
        .write = [](int fd, const void* data, std::size_t size) -> ssize_t {
          const bool hit = fails();
          if (hit && state().fault.short_write) return state().real.write(fd, data, size > 1 ? 1 : size);
          return hit ? -1 : state().real.write(fd, data, size);
        },
        .fsync = [](int fd) { return refuses() ? -1 : state().real.fsync(fd); },
        // Like Linux: a close that fails has closed.
        .close =
            [](int fd) {
              const int result = state().real.close(fd);
              return refuses() ? -1 : result;
            },
        .rename = [](const char* from, const char* to) { return refuses() ? -1 : state().real.rename(from, to); },
        .open = [](const char* path, int flags,
                   unsigned mode) { return refuses() ? -1 : state().real.open(path, flags, mode); },
    };
  }
  FailingCalls(const FailingCalls&) = delete;
  ~FailingCalls() { system_calls() = real_; }

  bool happened() const { return state().happened; }
  int calls() const { return state().calls; }

 private:
  struct State {
    Fault fault;
    SystemCalls real;
    int calls = 0;
    bool happened = false;
  };
  static State& state() {
    static State current;
    return current;
  }
  static bool fails() {
    const int call = state().calls++;
    const bool hit = call == state().fault.call || (state().fault.sticky && state().happened);
    if (hit) state().happened = true, errno = state().fault.error;
    return hit;
  }
  static bool refuses() { return fails() && !state().fault.short_write; }

  SystemCalls real_;
};

}  // namespace quern::test
