// Golden data and corpora outside the repository: $QUERN_FIXTURES and $QUERN_DATA. Tests that need them are skipped, by
// name, when a variable is unset:
//
//   TEST_CASE("training gives Hugging Face's merges") {
//     if (!reference_data::available()) return;
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quern::reference_data {

// Both folders; without them the running test says so, and counts as skipped.
bool available();
// The golden files alone.
bool fixtures_available();

std::string fixture_path(const std::string& name);  // "tokenizers/cases.jsonl"
std::string data_path(const std::string& name);     // "bench/en.txt"
std::string read_fixture(const std::string& name);  // decompressed

// The first `limit` bytes of a bench corpus, cut behind the last LF before that; "mix" is 2 MiB each of en, zh, ja, ko, multi.
std::string corpus(const std::string& name, std::size_t limit);
// Lines without their LF.
std::vector<std::string_view> lines(std::string_view text);

}  // namespace quern::reference_data
