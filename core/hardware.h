// What this machine can do: instruction sets for run-time dispatch, and facts for `quern doctor`.
#pragma once

#include <string>

namespace quern {

// Ordered: a higher level includes the lower ones.
enum class Isa { baseline, avx2, avx512 };

// The best level that both the processor and the operating system support, capped by $QUERN_ISA (baseline, avx2,
// avx512), which tests use to run every path. avx512 means F, BW, VL, DQ and VBMI are not assumed beyond x86-64-v4.
Isa isa();
const char* name(Isa isa);

struct Hardware {
  std::string processor;
  int threads = 0;              // usable by this process
  unsigned long long memory = 0;  // bytes, cgroup limit included
};
Hardware probe_hardware();

}  // namespace quern
