// The version of this build; the number comes from CMakeLists.txt.
#pragma once

namespace quern::cli {

inline constexpr const char* kVersion = QUERN_VERSION;

}  // namespace quern::cli
