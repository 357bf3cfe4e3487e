// A --config file as plain settings for one command. config_file.cpp is the only file that knows toml++.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace quern::cli {

struct Setting {
  std::string name;   // of an option
  std::string value;  // as it would be typed; one setting for each element of an array
  std::uint64_t line = 0;
};

// The settings for `command`: keys before the first table, then those of its own table (later ones win).
// The whole file is checked against all commands: Error{config} for what none of them knows, for values that are no
// option's and for TOML that is not well-formed.
std::vector<Setting> read_config_file(const std::string& path, const std::string& command);
// The same over text in memory (tests, fuzzing).
std::vector<Setting> read_config(const std::string& text, const std::string& path, const std::string& command);

}  // namespace quern::cli
