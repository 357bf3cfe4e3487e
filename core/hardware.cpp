#include "core/hardware.h"

#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "core/error.h"
#include "core/memory.h"
#include "core/threads.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace quern {
namespace {

#if defined(__x86_64__)
// x86-64-v3 and -v4 as the psABI defines them. The compiler's builtin asks the operating system (XGETBV) about the wide
// registers; F16C, MOVBE and LZCNT, which it does not know under every compiler, come from CPUID.
Isa detect() {
  __builtin_cpu_init();
  unsigned a = 0, b = 0, basic = 0, extended = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &basic, &d) || !__get_cpuid(0x80000001, &a, &b, &extended, &d)) return Isa::baseline;
  constexpr unsigned kMovbe = 1u << 22, kF16c = 1u << 29, kLzcnt = 1u << 5;
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                  __builtin_cpu_supports("fma") && (basic & kMovbe) && (basic & kF16c) && (extended & kLzcnt);
  if (!v3) return Isa::baseline;
  const bool v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  return v4 ? Isa::avx512 : Isa::avx2;
}
#else
Isa detect() { return Isa::baseline; }
#endif

Isa cap_from_environment() {
  const char* value = std::getenv("QUERN_ISA");
  if (value == nullptr || *value == '\0') return Isa::avx512;
  for (const Isa level : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (std::string_view(value) == name(level)) return level;
  }
  throw Error(ErrorCode::config, "QUERN_ISA is \"" + std::string(value) + "\"").remedy("use baseline, avx2 or avx512");
}

// "AMD EPYC …" from /proc/cpuinfo; the architecture's name where that has none.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.compare(0, 10, "model name") == 0 && colon != line.npos) return line.substr(colon + 2);
  }
  utsname system{};
  return uname(&system) == 0 ? system.machine : "unknown";
}

}  // namespace

Isa isa() {
  static const Isa detected = detect();
  const Isa cap = cap_from_environment();
  return cap < detected ? cap : detected;
}

const char* name(Isa isa) {
  switch (isa) {
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    default:
      return "baseline";
  }
}

Hardware probe_hardware() { return {processor_name(), available_threads(), machine_memory()}; }

}  // namespace quern
