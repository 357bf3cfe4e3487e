#include "core/io/system_calls.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace quern {

SystemCalls& system_calls() {
  static SystemCalls table{
      .write = ::write,
      .fsync = ::fsync,
      .close = ::close,
      .rename = ::rename,
      .open = [](const char* path, int flags, unsigned mode) { return ::open(path, flags, mode); },
  };
  return table;
}

}  // namespace quern
