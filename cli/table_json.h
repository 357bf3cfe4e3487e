// The command table as JSON, for editors, wrappers and agents: `quern help --json`. Schema 1: keys only get added.
#pragma once

#include <string>

namespace quern::cli {

std::string table_json();

}  // namespace quern::cli
