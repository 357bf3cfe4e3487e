// Compressed bytes for tests: one stream (member, frame) each.
#pragma once

#include <string>
#include <string_view>

namespace quern::test {

std::string gzip(std::string_view text);
std::string zstd(std::string_view text, int window_log = 0);  // with a checksum; window_log 0: the library's choice
std::string zstd_skippable(std::string_view content);
std::string xz(std::string_view text);
std::string bzip2(std::string_view text);

}  // namespace quern::test
