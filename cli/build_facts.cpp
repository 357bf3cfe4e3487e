#include "cli/build_facts.h"

#include <bzlib.h>
#include <lzma.h>
#include <simdjson.h>
#include <unicode/uversion.h>
#include <zlib.h>
#include <zstd.h>

namespace quern::cli {

std::string compiler_name() {
#if defined(__clang__)
  return std::string("clang ") + __clang_version__;
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

std::string build_kind() {
#if defined(NDEBUG)
  std::string kind = "release";
#else
  std::string kind = "debug";
#endif
#if defined(__SANITIZE_ADDRESS__)
  kind += ", address sanitizer";
#endif
#if defined(__SANITIZE_THREAD__)
  kind += ", thread sanitizer";
#endif
  return kind;
}

std::vector<std::pair<std::string, std::string>> library_versions() {
  UVersionInfo icu_version{};
  char icu[U_MAX_VERSION_STRING_LENGTH];
  u_getVersion(icu_version);
  u_versionToString(icu_version, icu);
  const std::string bzip2 = BZ2_bzlibVersion();  // "1.0.8, 13-Jul-2019"
  return {
      {"bzip2", bzip2.substr(0, bzip2.find(','))},
      {"icu", icu},
      {"simdjson", SIMDJSON_STRINGIFY(SIMDJSON_VERSION)},
      {"xz", lzma_version_string()},
      {"zlib", zlibVersion()},
      {"zstd", ZSTD_versionString()},
  };
}

}  // namespace quern::cli
