// How this binary was built and which libraries it runs with.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace quern::cli {

std::string compiler_name();  // "g++ 12.2.0"
std::string build_kind();     // "release", "debug", with the sanitizers
// Of the libraries that were loaded, not of the headers, where the two can differ.
std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace quern::cli
