// The system calls that writers use, behind one replaceable table, so that tests can make the i-th call fail.
//
//   FailingCalls faults({.call = 3, .error = ENOSPC});    // tests/support/failing_calls.h
//
// Production code never changes the table. Not for hot paths: writers call it once per buffer, not per record.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace quern {

struct SystemCalls {
  ssize_t (*write)(int, const void*, std::size_t);
  int (*fsync)(int);
  int (*close)(int);
  int (*rename)(const char*, const char*);
  int (*open)(const char*, int, unsigned mode);
};

SystemCalls& system_calls();  // the real ones, unless a test put others there

}  // namespace quern
