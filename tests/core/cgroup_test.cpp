#include "core/cgroup.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "core/memory.h"

namespace cgroup = quern::cgroup;

namespace {

// A root directory with just the files that control groups are read from.
class Tree {
 public:
  Tree& file(const std::string& path, const std::string& content) {
    const std::filesystem::path full = root() + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << content << "\n";
    return *this;
  }
  std::string root() const { return directory_.path(); }

 private:
  quern::SpillDirectory directory_;
};

const std::string kVersion2 = "41 31 0:38 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate";
const std::string kVersion1 =
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory";

}  // namespace

TEST_CASE("no control groups, no limits") {
  const Tree tree;
  CHECK_FALSE(cgroup::memory_limit(tree.root()));
  CHECK_FALSE(cgroup::cpu_limit(tree.root()));
}

TEST_CASE("version 2: the smallest limit on the way up counts") {
  Tree tree;
  tree.file("/proc/self/mountinfo", kVersion2).file("/proc/self/cgroup", "0::/user.slice/job/step");
  tree.file("/sys/fs/cgroup/user.slice/job/step/memory.max", "max")
      .file("/sys/fs/cgroup/user.slice/memory.max", "4096");
  CHECK(cgroup::memory_limit(tree.root()) == 4096);
  tree.file("/sys/fs/cgroup/user.slice/job/memory.max", "1024");
  CHECK(cgroup::memory_limit(tree.root()) == 1024);
  tree.file("/sys/fs/cgroup/elsewhere/memory.max", "1")
      .file("/sys/fs/cgroup/user.slice/job/step/below/memory.max", "2");
  CHECK(cgroup::memory_limit(tree.root()) == 1024);

  tree.file("/sys/fs/cgroup/user.slice/job/step/cpu.max", "max 100000");
  CHECK_FALSE(cgroup::cpu_limit(tree.root()));
  tree.file("/sys/fs/cgroup/user.slice/cpu.max", "150000 100000");
  CHECK(cgroup::cpu_limit(tree.root()) == 1.5);
}

TEST_CASE("version 1: each controller has its own tree") {
  Tree tree;
  tree.file("/proc/self/mountinfo", kVersion1).file("/proc/self/cgroup", "4:memory:/job\n3:cpu,cpuacct:/other\n0::/x");
  tree.file("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712");
  tree.file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "8192");
  CHECK(cgroup::memory_limit(tree.root()) == 8192);
  tree.file("/sys/fs/cgroup/cpu,cpuacct/other/cpu.cfs_quota_us", "-1");
  tree.file("/sys/fs/cgroup/cpu,cpuacct/other/cpu.cfs_period_us", "100000");
  CHECK_FALSE(cgroup::cpu_limit(tree.root()));
  tree.file("/sys/fs/cgroup/cpu,cpuacct/other/cpu.cfs_quota_us", "50000");
  CHECK(cgroup::cpu_limit(tree.root()) == 0.5);
}

TEST_CASE("in a container, where the mount shows a group deep in the host's tree, its own limit is found") {
  Tree tree;
  tree.file("/proc/self/mountinfo", "41 31 0:38 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw");
  tree.file("/sys/fs/cgroup/memory.max", "2048").file("/sys/fs/cgroup/inner/memory.max", "1024");
  tree.file("/proc/self/cgroup", "0::/docker/abc");
  CHECK(cgroup::memory_limit(tree.root()) == 2048);
  tree.file("/proc/self/cgroup", "0::/docker/abc/inner");
  CHECK(cgroup::memory_limit(tree.root()) == 1024);
  tree.file("/proc/self/cgroup", "0::/../outside");
  CHECK(cgroup::memory_limit(tree.root()) == 2048);
}

TEST_CASE("damaged files limit nothing") {
  Tree tree;
  tree.file("/proc/self/mountinfo", "nonsense\n - \n" + kVersion2).file("/proc/self/cgroup", "nonsense\n0::/a");
  tree.file("/sys/fs/cgroup/a/memory.max", "12x").file("/sys/fs/cgroup/a/cpu.max", "100000");
  CHECK_FALSE(cgroup::memory_limit(tree.root()));
  CHECK_FALSE(cgroup::cpu_limit(tree.root()));
  tree.file("/sys/fs/cgroup/a/cpu.max", "100000 0");
  CHECK_FALSE(cgroup::cpu_limit(tree.root()));
}
