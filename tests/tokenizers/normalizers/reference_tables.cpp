#include "tests/tokenizers/normalizers/reference_tables.h"

#include <cstdio>
#include <cstdlib>

#include "core/json.h"
#include "core/text/utf8.h"
#include "tests/support/reference_data.h"
#include "tests/support/sha256.h"

namespace quern::test {
namespace {

constexpr std::size_t kMostDifferences = 10;

std::string in_hex(std::string_view text) {
  std::string hex;
  for (const char* p = text.data(); p < text.data() + text.size();) {
    char digits[12];
    std::snprintf(digits, sizeof digits, "%04X ", static_cast<unsigned>(utf8::decode(p)));
    hex += digits;
  }
  return hex.empty() ? "nothing" : hex.substr(0, hex.size() - 1);
}

std::string difference(std::string_view in, std::string_view got, std::string_view expected) {
  return in_hex(in) + ": got " + in_hex(got) + ", expected " + in_hex(expected);
}

struct Row {
  char32_t first = 0, last = 0;
  std::string_view out;  // code points in hex, "=" the input
};

Row parse_row(std::string_view line) {
  const std::string points(line.substr(0, line.find('\t')));
  char* next = nullptr;
  Row row;
  row.first = row.last = static_cast<char32_t>(std::strtoul(points.c_str(), &next, 16));
  if (*next == '-') row.last = static_cast<char32_t>(std::strtoul(next + 1, nullptr, 16));
  row.out = line.substr(points.size() + 1);
  return row;
}

std::string output_of(const Row& row, char32_t c) {
  std::string text;
  for (std::size_t at = 0; at < row.out.size();) {
    const std::size_t end = std::min(row.out.find(' ', at), row.out.size());
    const std::string word(row.out.substr(at, end - at));
    utf8::append(text, word == "=" ? c : static_cast<char32_t>(std::strtoul(word.c_str(), nullptr, 16)));
    at = end + 1;
  }
  return text;
}

}  // namespace

std::vector<std::string> table_differences(const std::string& name, const Normalize& normalize) {
  const std::string file = reference_data::read_fixture("tokenizers/norm/" + name + ".tsv.xz");
  std::vector<Row> rows;
  for (const std::string_view line : reference_data::lines(file)) rows.push_back(parse_row(line));
  std::vector<std::string> differences;
  auto row = rows.begin();
  for (char32_t c = 0; c < 0x110000 && differences.size() < kMostDifferences; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    while (row != rows.end() && row->last < c) ++row;
    std::string in;
    utf8::append(in, c);
    const std::string expected = row != rows.end() && row->first <= c ? output_of(*row, c) : in;
    const std::string got = normalize(in);
    if (got != expected) differences.push_back(difference(in, got, expected));
  }
  return differences;
}

std::vector<std::string> sequence_differences(const std::string& name, const Normalize& normalize, std::size_t* right) {
  const std::string file = reference_data::read_fixture("tokenizers/norm/sequences.jsonl.xz");
  std::vector<std::string> differences;
  for (const std::string_view line : reference_data::lines(file)) {
    const Json row = parse_json(std::string(line), "sequences.jsonl.xz");
    const std::string in = row.at("in").get<std::string>();
    const auto& out = row.at("out");
    const std::string expected = out.contains(name) ? out.at(name).get<std::string>() : in;
    const std::string got = normalize(in);
    if (got == expected) {
      ++*right;
    } else if (differences.size() < kMostDifferences) {
      differences.push_back(difference(in, got, expected));
    }
  }
  return differences;
}

std::string sequences_digest(const Normalize& normalize) {
  Sha256 hash;
  const std::string file = reference_data::read_fixture("tokenizers/norm/sequences.jsonl.xz");
  for (const std::string_view line : reference_data::lines(file)) {
    hash.add(normalize(parse_json(std::string(line), "sequences.jsonl.xz").at("in").get<std::string>()));
    hash.add("\xFF");
  }
  return hash.hex();
}

std::string expected_sequences_digest(const std::string& name) {
  const Json digests = parse_json(reference_data::read_fixture("tokenizers/norm/digests.json"), "digests.json");
  return digests.at(name).at("sequences_sha256").get<std::string>();
}

std::vector<std::string> exceptions_differences(const std::string& name, const Normalize& normalize) {
  const std::string file = reference_data::read_fixture("tokenizers/norm/differs_from_nfkc.tsv");
  std::vector<std::string> differences;
  for (const std::string_view line : reference_data::lines(file)) {
    if (!line.starts_with(name + '\t')) continue;
    const std::string_view code = line.substr(name.size() + 1, line.find('\t', name.size() + 1) - name.size() - 1);
    const std::string row = std::string(code) + '\t' + std::string(line.substr(line.rfind('\t') + 1));
    const Row parsed = parse_row(row);
    std::string in;
    utf8::append(in, parsed.first);
    const std::string expected = output_of(parsed, parsed.first), got = normalize(in);
    if (got != expected) differences.push_back(difference(in, got, expected));
  }
  return differences;
}

}  // namespace quern::test
