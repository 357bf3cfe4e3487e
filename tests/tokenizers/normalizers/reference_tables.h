// The golden files of normalization: what each rule set makes of every code point and of 3,000 sequences.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace quern::test {

using Normalize = std::function<std::string(std::string_view)>;

// The first code points whose output differs from norm/<name>.tsv.xz, as "U+0041: got 61, expected 41"; at most ten.
std::vector<std::string> table_differences(const std::string& name, const Normalize& normalize);

// The same for norm/sequences.jsonl.xz; adds to *right how many agree.
std::vector<std::string> sequence_differences(const std::string& name, const Normalize& normalize, std::size_t* right);

// The hash of what all sequences become, as norm/digests.json has it.
std::string sequences_digest(const Normalize& normalize);
std::string expected_sequences_digest(const std::string& name);

// The same for norm/differs_from_nfkc.tsv, the short list of where a rule set is not NFKC.
std::vector<std::string> exceptions_differences(const std::string& name, const Normalize& normalize);

}  // namespace quern::test
