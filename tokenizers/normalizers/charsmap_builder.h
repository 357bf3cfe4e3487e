// SentencePiece's own sets of rules, made the way SentencePiece makes them: the bytes that version 0.2.3 writes into a
// model it trains.
//
//   definition.charsmap = build_charsmap("nmt_nfkc");
//
// NFKC by rules: one for each character that changes, and one for each way to spell a composed character, unless
// shorter rules do it already. There is no reordering, so this is not quite NFKC.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quern::normalizers {

// nmt_nfkc, nfkc, nmt_nfkc_cf, nfkc_cf (… with capitals folded), and identity, which is no bytes. Takes 50 ms.
// Error{usage} listing the names when unknown.
std::string build_charsmap(std::string_view name);
const std::vector<std::string>& charsmap_names();

// Serializes rules given as UTF-8: the source of each once and not empty, no zero byte anywhere.
std::string serialize_charsmap(std::vector<std::pair<std::string, std::string>> rules);

}  // namespace quern::normalizers
