// The version of this build; the number comes from CMakeLists.txt.
#pragma once

namespace quern::cli {

inline constexpr const char* kVersion = QUERN_VERSION;
inline constexpr const char* kVersionDate = "2026-11-25";  // stands in the man pages, so that they are reproducible

}  // namespace quern::cli
