// Files that are not to outlive a process that a signal ends: the temporary files behind outputs that are not committed.
//
//   remember_unfinished_file(temporary);     // before it is created
//   forget_unfinished_file(temporary);       // renamed or removed
//   remove_unfinished_files();               // in a signal handler that ends the process
//
// Names are used as they stand, so a process that remembers relative ones keeps its working directory. The first
// kMostUnfinishedFiles names at a time are remembered, further ones silently not: a handler may not allocate.
// remember and forget: any thread, not in handlers. remove: anywhere, async-signal-safe.
#pragma once

#include <cstddef>
#include <string>

namespace quern {

inline constexpr std::size_t kMostUnfinishedFiles = 256;

void remember_unfinished_file(const std::string& path);
void forget_unfinished_file(const std::string& path) noexcept;
void remove_unfinished_files() noexcept;

}  // namespace quern
