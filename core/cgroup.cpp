#include "core/cgroup.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <vector>

namespace quern::cgroup {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

bool contains(const std::vector<std::string>& parts, const std::string& wanted) {
  return std::find(parts.begin(), parts.end(), wanted) != parts.end();
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

template <class Number>
std::optional<Number> number(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;  // "max", "-1" for unsigned, ""
  return value;
}

// A hierarchy that is mounted somewhere: the directory, and which group its root shows.
struct Mount {
  fs::path directory;
  std::string group;
};

// The mount of version 2 (controller empty) or of a version 1 controller.
std::optional<Mount> find_mount(const std::string& root, const std::string& controller) {
  // 41 31 0:38 GROUP DIRECTORY rw,relatime … - cgroup2 cgroup2 rw,memory
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const auto before = split(line.substr(0, dash), ' '), after = split(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    const bool wanted =
        controller.empty() ? after[0] == "cgroup2" : after[0] == "cgroup" && contains(split(after[2], ','), controller);
    if (wanted) return Mount{root + before[4], before[3]};
  }
  return std::nullopt;
}

// This process's group in that hierarchy, as /proc/self/cgroup names it.
std::optional<std::string> find_group(const std::string& root, const std::string& controller) {
  // 4:memory:/a/b   or, in version 2,   0::/a/b
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (controller.empty() ? controllers.empty() : contains(split(controllers, ','), controller)) {
      return line.substr(second + 1);
    }
  }
  return std::nullopt;
}

// Visits the directories of the process's group and of all above it, as far as the mount shows them.
void for_each_group(const std::string& root, const std::string& controller,
                    const std::function<void(const fs::path&)>& visit) {
  const auto mount = find_mount(root, controller);
  const auto group = find_group(root, controller);
  if (!mount || !group) return;
  // In a container the mount may show a group deep in the host's tree ("/docker/…"), and only what lies below it.
  fs::path below = fs::path(*group).lexically_relative(mount->group);
  if (below.empty() || *below.begin() == ".." || below == ".") below.clear();
  for (;; below = below.parent_path()) {
    visit(mount->directory / below);
    if (below.empty()) return;
  }
}

// Keeps the smallest.
template <class Number>
void lower(std::optional<Number>& limit, std::optional<Number> candidate) {
  if (candidate && (!limit || *candidate < *limit)) limit = candidate;
}

std::optional<double> quota(const std::string& quota, const std::string& period) {
  const auto q = number<std::int64_t>(quota), p = number<std::int64_t>(period);
  if (!q || !p || *q <= 0 || *p <= 0) return std::nullopt;
  return static_cast<double>(*q) / static_cast<double>(*p);
}

}  // namespace

std::optional<std::uint64_t> memory_limit(const std::string& root) {
  std::optional<std::uint64_t> limit;
  for_each_group(root, "",
                 [&](const fs::path& group) { lower(limit, number<std::uint64_t>(first_line(group / "memory.max"))); });
  for_each_group(root, "memory", [&](const fs::path& group) {
    lower(limit, number<std::uint64_t>(first_line(group / "memory.limit_in_bytes")));
  });
  return limit;
}

std::optional<double> cpu_limit(const std::string& root) {
  std::optional<double> limit;
  for_each_group(root, "", [&](const fs::path& group) {
    const auto fields = split(first_line(group / "cpu.max"), ' ');  // "150000 100000" or "max 100000"
    if (fields.size() == 2) lower(limit, quota(fields[0], fields[1]));
  });
  for_each_group(root, "cpu", [&](const fs::path& group) {
    lower(limit, quota(first_line(group / "cpu.cfs_quota_us"), first_line(group / "cpu.cfs_period_us")));
  });
  return limit;
}

}  // namespace quern::cgroup
