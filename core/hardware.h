// What this machine can do: instruction sets for run-time dispatch, and facts for `quern doctor`.
#pragma once

#include <cstdint>
#include <string>

namespace quern {

// Ordered: a higher level includes the lower ones.
enum class Isa { baseline, avx2, avx512 };

// The best level that both the processor and the operating system support, capped by $QUERN_ISA (baseline, avx2,
// avx512), which tests use to run every path; any other value of it is Error{config}. avx2 is x86-64-v3 and avx512 is
// x86-64-v4 (F, BW, CD, DQ, VL), nothing beyond. The variable is read at every call: ask once, where a path is chosen.
Isa isa();
const char* name(Isa isa);

struct Hardware {
  std::string processor;
  int threads = 0;           // usable by this process: available_threads()
  std::uint64_t memory = 0;  // bytes: machine_memory()
};
Hardware probe_hardware();

}  // namespace quern
