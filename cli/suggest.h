// "Did you mean": the nearest of a few names, for a word that is none of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quern::cli {

// Edits between two words: insertion, deletion, substitution, and swapping two neighbours count one each
// (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word`, or "" when none is near enough to be what was meant (a third of its length, at least
// one edit, or the beginning of it). The first of equals.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// "a, b or c"
std::string alternatives(const std::vector<std::string>& names);

}  // namespace quern::cli
