// What the control groups around this process allow it, in versions 1 and 2: a container's limits, which the machine's
// own figures do not show.
//
//   if (auto limit = cgroup::memory_limit()) budget = std::min(budget, *limit);
//
// A group's limit binds all groups below it, so the smallest one on the way up to the mount's root counts. Files that
// are missing or unreadable limit nothing. `root` stands before every absolute path; tests put a small tree there.
// Source: Linux Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, scheduler/sched-bwc.rst.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace quern::cgroup {

std::optional<std::uint64_t> memory_limit(const std::string& root = {});  // bytes
std::optional<double> cpu_limit(const std::string& root = {});            // CPUs' worth of time: 1.5

}  // namespace quern::cgroup
