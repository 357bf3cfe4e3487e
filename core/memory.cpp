#include "core/memory.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/cgroup.h"
#include "core/error.h"

namespace quern {
namespace {

constexpr std::string_view kPrefixes = "KMGTPE";

[[noreturn]] void refuse(std::string_view text, const char* why) {
  throw Error(ErrorCode::usage, fmt::format("\"{}\" is not a size: {}", text, why))
      .remedy("write 512M, 24G, 1.5GiB, 80% or a number of bytes");
}

// Bytes that one unit stands for; K, KiB are 1024 and KB is 1000, as in GNU's tools. 0: no such unit.
double unit_bytes(std::string_view unit) {
  if (unit.empty() || unit == "B") return 1;
  std::string upper(unit);
  if (upper[0] >= 'a' && upper[0] <= 'z') upper[0] = static_cast<char>(upper[0] - 'a' + 'A');
  const auto power = kPrefixes.find(upper[0]);
  if (power == kPrefixes.npos) return 0;
  const std::string_view rest = std::string_view(upper).substr(1);
  if (rest != "" && rest != "iB" && rest != "B") return 0;
  return std::pow(rest == "B" ? 1000.0 : 1024.0, static_cast<double>(power + 1));
}

// A field of /proc/self/status, which counts in kB.
std::uint64_t status_field(std::string_view field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, field.size(), field) == 0) return 1024 * std::stoull(line.substr(field.size()));
  }
  return 0;
}

}  // namespace

std::uint64_t machine_memory() {
  const auto installed =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return std::min(installed, cgroup::memory_limit().value_or(installed));
}

std::uint64_t default_memory_budget() { return machine_memory() / 10 * 8; }

std::uint64_t parse_size(std::string_view text) {
  const char* const end = text.data() + text.size();
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == text.size()) {  // plain bytes, exactly
    std::uint64_t bytes = 0;
    const auto [rest, error] = std::from_chars(text.data(), end, bytes);
    if (error == std::errc::result_out_of_range) refuse(text, "it is too large");
    if (error != std::errc()) refuse(text, "it has no digits");
    return bytes;
  }
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || !(value >= 0) || text[0] == '-') refuse(text, "it does not begin with a number");
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (unit == "%") {
    if (value > 100) refuse(text, "more than 100%");
    return static_cast<std::uint64_t>(static_cast<double>(machine_memory()) * (value / 100));
  }
  const double bytes = value * unit_bytes(unit);
  if (unit_bytes(unit) == 0) refuse(text, "unknown unit");
  if (bytes >= 0x1p64) refuse(text, "it is too large");
  return static_cast<std::uint64_t>(bytes);
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t prefix = 0;
  for (; value >= 1023.95 && prefix + 1 < kPrefixes.size(); ++prefix) value /= 1024;  // 1023.95 would print as 1024.0
  return fmt::format("{:.1f} {}iB", value, kPrefixes[prefix]);
}

std::uint64_t resident_memory() { return status_field("RssAnon:") + status_field("RssShmem:"); }

std::uint64_t peak_resident_memory() { return status_field("VmHWM:"); }

SpillDirectory::SpillDirectory(const std::string& parent) {
  const char* const environment = std::getenv("TMPDIR");
  path_ = !parent.empty() ? parent : environment != nullptr && *environment != '\0' ? environment : "/tmp";
  const std::string where = path_;
  path_ += "/quern-XXXXXX";
  if (mkdtemp(path_.data()) == nullptr) {
    throw system_error("cannot make a directory for temporary data", errno, where)
        .remedy("choose another with --tmpdir");
  }
}

SpillDirectory::~SpillDirectory() {
  std::error_code ignored;  // a destructor has nobody to tell; what is left lies in the temporary directory
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace quern
