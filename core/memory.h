// How much memory a command may use, and where it may spill.
//
// The budget is --memory, or 0.8 of the smaller of the machine's memory and the cgroup's limit (v2 memory.max up the
// tree, v1 memory.limit_in_bytes). It counts anonymous and shared pages; page cache is the kernel's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quern {

std::uint64_t machine_memory();         // bytes, the cgroup's limit included
std::uint64_t default_memory_budget();  // 0.8 of it

// "512M", "24G", "80%" (of machine_memory), "1.5GiB", "1000000": bytes. K and KiB are 1024, KB is 1000, as in GNU's
// tools; prefixes in either case up to E. Error{usage} on anything else.
std::uint64_t parse_size(std::string_view text);
// 1536 → "1.5 KiB".
std::string format_size(std::uint64_t bytes);

std::uint64_t resident_memory();       // anonymous + shared pages now, from /proc/self/status
std::uint64_t peak_resident_memory();  // VmHWM: page cache of mappings included

// A private directory for spilled data under --tmpdir, $TMPDIR or /tmp; removed, with all it holds, at the end of scope.
class SpillDirectory {
 public:
  explicit SpillDirectory(const std::string& parent = {});
  SpillDirectory(const SpillDirectory&) = delete;
  ~SpillDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace quern
